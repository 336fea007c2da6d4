"""The arithmetic of sizes. Oracles: counting places one by one, torch, and the papers."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from course_lib.layers import output_size, pair


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    size=st.integers(1, 20),
    kernel_size=st.integers(1, 5),
    stride=st.integers(1, 4),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
)
def test_it_counts_the_places_where_a_kernel_fits(size, kernel_size, stride, padding, dilation):
    """Oracle: put the kernel on every place in turn and see whether its last tap is inside."""
    last_tap = dilation * (kernel_size - 1)
    starts = range(-padding, size + padding, stride)
    places = sum(start + last_tap < size + padding for start in starts)
    assume(places > 0)
    found = output_size((size, 30), (kernel_size, 1), (stride, 7), (padding, 0), (dilation, 1))
    assert found == (places, 5)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    kernel_size=st.integers(2, 4),
    stride=st.integers(1, 5),
    padding=st.integers(0, 1),
)
def test_ceil_mode_equals_torch(size, kernel_size, stride, padding):
    options = (kernel_size, stride, padding, 1, True)
    try:
        expected = torch.nn.functional.max_pool2d(torch.zeros(1, 1, *size), *options).shape[2:]
    except RuntimeError:
        with pytest.raises(ValueError, match="kernel_size"):
            output_size(size, *options)
    else:
        assert output_size(size, *options) == tuple(expected)


@pytest.mark.parametrize(
    ("paper", "arguments", "expected"),
    [
        ("LeNet-5 C1: 32 to 28", (32, 5), 28),
        ("LeNet-5 S2: 28 to 14", (28, 2, 2), 14),
        ("AlexNet conv1: 227 to 55", (227, 11, 4), 55),
        ("AlexNet conv1 from the 224 it prints, which does not fit: 54", (224, 11, 4), 54),
        ("AlexNet pool1: 55 to 27", (55, 3, 2), 27),
        ("VGG: 3x3 with padding 1 keeps the size", (224, 3, 1, 1), 224),
        ("ResNet conv1: 224 to 112", (224, 7, 2, 3), 112),
    ],
)
def test_sizes_of_the_papers(paper, arguments, expected):
    assert output_size(*arguments) == (expected, expected), paper


def test_one_number_means_both_directions():
    assert pair(3) == (3, 3)
    assert pair((2, 5)) == (2, 5)
    assert pair(0, minimum=0) == (0, 0)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("size", [0, -1, (1, 0), (1, 2, 3), (), 2.0, (1.0, 2)])
def test_what_is_no_size_is_named(size):
    with pytest.raises(ValueError, match="stride must be"):
        pair(size, "stride")


@pytest.mark.parametrize("name", ["kernel_size", "stride", "padding", "dilation", "input_size"])
def test_every_size_is_named_by_its_argument(name):
    options = {"input_size": 9, "kernel_size": 3} | {name: -1}
    least = 0 if name in ("padding", "input_size") else 1
    with pytest.raises(ValueError, match=f"^{name} must be at least {least}, but it is -1"):
        output_size(**options)
    with pytest.raises(ValueError, match=r"^size must be at least 1, but it is 0"):
        pair(0)


def test_an_image_of_nothing_but_padding_has_places_too():
    assert output_size(0, 1, padding=1) == (2, 2)


def test_a_kernel_that_does_not_fit_says_by_how_much():
    with pytest.raises(
        ValueError, match=r"kernel_size 3 with dilation 4 reaches across 9 .* 6 \+ 2 \* 1 = 8\. Use"
    ):
        output_size(6, 3, padding=1, dilation=4)
