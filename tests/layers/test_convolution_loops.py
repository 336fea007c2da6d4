"""The loops and the flipped kernel. Oracles: torch in float64, and the lecture's own example."""

import inspect

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import conv2d, conv2d_loops, discrete_convolution


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    groups=st.integers(1, 2),
    size=st.tuples(st.integers(5, 7), st.integers(5, 8)),
    kernel_size=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    padding=st.tuples(st.integers(0, 2), st.integers(0, 1)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    with_bias=st.booleans(),
)
def test_loops_equal_torch_and_the_fast_version(groups, size, kernel_size, with_bias, **options):
    images = torch.randn(2, 2 * groups, *size, dtype=torch.float64)
    weight = torch.randn(3 * groups, 2, *kernel_size, dtype=torch.float64)
    bias = torch.randn(3 * groups, dtype=torch.float64) if with_bias else None
    slow = conv2d_loops(images, weight, bias, groups=groups, **options)
    oracle = F.conv2d(images, weight, bias, groups=groups, **options)
    fast = conv2d(images, weight, bias, groups=groups, **options)
    torch.testing.assert_close(slow, oracle, rtol=1e-11, atol=1e-11)
    torch.testing.assert_close(slow, fast, rtol=1e-11, atol=1e-11)


@pytest.mark.usefixtures("without_shape_checks")
def test_loops_raise_the_same_errors():
    with pytest.raises(ValueError, match="input has 4 channels, but weight is for 3"):
        conv2d_loops(torch.zeros(1, 4, 5, 5), torch.zeros(2, 3, 3, 3))
    with pytest.raises(ValueError, match=r"bias must be \(2,\), not \(5,\)"):
        conv2d_loops(torch.zeros(1, 4, 5, 5), torch.zeros(2, 4, 3, 3), torch.zeros(5))


def test_loops_take_the_arguments_of_the_fast_version():
    slow, fast = (inspect.signature(each).parameters.values() for each in (conv2d_loops, conv2d))
    assert [(each.name, each.default) for each in slow] == [(e.name, e.default) for e in fast]


def test_the_worked_example_of_the_lecture():
    """Michigan 2025, "Discrete convolution": 1 * 0 + 0.5 * 80 + 0.25 * 20 + 0 * 40 = 45, …"""
    x = torch.tensor([[0.0, 80, 40], [20, 40, 0], [0, 0, 40]])
    k = torch.tensor([[0.0, 0.25], [0.5, 1]])
    assert discrete_convolution(x, k).tolist() == [[45, 110], [40, 40]]


def test_the_kernel_is_flipped_in_both_directions():
    """One bright pixel in a large image paints the kernel as it is, not its mirror image."""
    x = torch.zeros(5, 7)
    x[2, 3] = 1.0
    k = torch.arange(6.0).view(2, 3) + 1
    painted = discrete_convolution(x, k)
    assert painted.shape == (4, 5)
    assert painted[1:3, 1:4].equal(k)
    assert painted.sum() == k.sum()


def test_convolution_commutes_with_convolution():
    """What cross-correlation cannot do: (x * a) * b = (x * b) * a."""
    x, a, b = (torch.randn(size, dtype=torch.float64) for size in ((9, 8), (2, 3), (3, 2)))
    one_way = discrete_convolution(discrete_convolution(x, a), b)
    other_way = discrete_convolution(discrete_convolution(x, b), a)
    torch.testing.assert_close(one_way, other_way, rtol=1e-11, atol=1e-11)


def test_a_kernel_larger_than_the_image_is_named():
    with pytest.raises(ValueError, match=r"kernel_size 4 .* height"):
        discrete_convolution(torch.zeros(3, 3), torch.zeros(4, 1))
