"""Adaptive and global pooling. Oracles: torch in float64, autograd, sums worked by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    global_avg_pool2d,
    global_avg_pool2d_backward,
)
from course_lib.layers.adaptive_pooling import bins

MEAN = (adaptive_avg_pool2d, adaptive_avg_pool2d_backward, F.adaptive_avg_pool2d)
LARGEST = (adaptive_max_pool2d, adaptive_max_pool2d_backward, F.adaptive_max_pool2d)


@st.composite
def pools(draw):
    """Images, half of them with many equal pixels; fewer bins than pixels, as many, or more."""
    torch.manual_seed(draw(st.integers(0, 2**31)))
    sides = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    images = torch.randn(draw(st.integers(0, 3)), 2, *sides, dtype=torch.float64)
    images = images.round() if draw(st.booleans()) else images
    if draw(st.booleans()):
        images = images.to(memory_format=torch.channels_last)
    side = st.one_of(st.none(), st.integers(1, 12))
    return images, draw(st.one_of(st.integers(1, 12), st.tuples(side, side)))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(pools())
def test_both_equal_torch(equals_torch, drawn):
    images, output_size = drawn
    equals_torch(*MEAN, images, output_size=output_size)
    equals_torch(*LARGEST, images, output_size=output_size)
    _, wanted = F.adaptive_max_pool2d(images, output_size, return_indices=True)
    output, found = adaptive_max_pool2d(images, output_size, return_indices=True)
    assert output.equal(adaptive_max_pool2d(images, output_size))
    assert found.equal(wanted)


def test_bins_that_do_not_divide_share_pixels():
    """Seven pixels in three bins: 0 to 2.33, 2.33 to 4.67, 4.67 to 7, rounded outward."""
    assert bins(7, 3) == [slice(0, 3), slice(2, 5), slice(4, 7)]
    assert bins(2, 3) == [slice(0, 1), slice(0, 2), slice(1, 2)]


def test_means_and_shares_worked_by_hand():
    image = torch.tensor([[[[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]]]])  # bins: columns 0, 1 and 1, 2
    assert adaptive_avg_pool2d(image, (1, 2)).tolist() == [[[[2.5, 5.0]]]]
    grad = adaptive_avg_pool2d_backward(torch.tensor([[[[4.0, 8.0]]]]), image, (1, 2))
    assert grad.tolist() == [[[[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]]]]


def test_a_pixel_that_wins_two_bins_gets_both_gradients():
    image = torch.tensor([[[[1.0, 9.0, 6.0]]]])
    grad = adaptive_max_pool2d_backward(torch.tensor([[[[4.0, 8.0]]]]), image, (1, 2))
    assert grad.tolist() == [[[[0.0, 12.0, 0.0]]]]


def test_the_backward_believes_the_winners_it_is_given():
    image, given = torch.tensor([[[[1.0, 9.0, 6.0]]]]), torch.tensor([[[[2]]]])
    grad = adaptive_max_pool2d_backward(torch.tensor([[[[4.0]]]]), image, 1, indices=given)
    assert grad.tolist() == [[[[0.0, 0.0, 4.0]]]]


def test_not_a_number_is_not_hidden():
    image = torch.tensor([[[[1.0, torch.nan, 6.0, 3.0]]]])
    assert adaptive_max_pool2d(image, (1, 2)).isnan().tolist() == [[[[True, False]]]]
    assert adaptive_avg_pool2d(image, (1, 2)).isnan().tolist() == [[[[True, False]]]]
    assert adaptive_max_pool2d(image, (1, 2), return_indices=True)[1].tolist() == [[[[1, 2]]]]


def test_global_pooling_is_the_mean_of_each_map(equals_torch):
    images = torch.randn(3, 4, 5, 7, dtype=torch.float64)
    equals_torch(
        global_avg_pool2d, global_avg_pool2d_backward, lambda x: x.mean(dim=(2, 3)), images
    )
    assert global_avg_pool2d(images).shape == (3, 4)


def test_backwards_by_finite_differences(slopes):
    images = torch.randn(2, 2, 5, 7, dtype=torch.float64)
    for forward, backward, _ in (MEAN, LARGEST):
        upstream = torch.randn(2, 2, 3, 4, dtype=torch.float64)
        (wanted,) = slopes(lambda x, pool=forward: pool(x, (3, 4)), [images], upstream)
        found = backward(upstream, images, (3, 4))
        torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    images = torch.randn(2, 3, 20, 20).to(dtype)
    mean = global_avg_pool2d(images)  # 400 terms: a sum kept in half precision would drift
    assert mean.dtype == dtype
    eps = torch.finfo(dtype).eps
    exact = images.double().mean(dim=(2, 3))
    torch.testing.assert_close(mean.double(), exact, rtol=eps, atol=1e-6)
    upstream = torch.randn(2, 3, 7, 7).to(dtype)
    for backward in (adaptive_avg_pool2d_backward, adaptive_max_pool2d_backward):
        grad = backward(upstream, images, 7)
        assert grad.dtype == dtype
        wanted = backward(upstream.double(), images.double(), 7)
        torch.testing.assert_close(grad.double(), wanted, rtol=eps, atol=eps)


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    images = torch.randn(3, 5, 13, 11, device="cuda", dtype=torch.float64).round()
    equals_torch(*MEAN, images, output_size=(5, 4))
    equals_torch(*LARGEST, images, output_size=(5, 4))


MISTAKES = {
    "no batch": ((4, 5, 6), 2, r"input must be .* not \(4, 5, 6\).*input\[None\]"),
    "no pixels": ((1, 4, 0, 6), 2, r"with pixels, not \(1, 4, 0, 6\)"),
    "no bins": ((1, 4, 5, 6), (2, 0), r"output_size must be at least 1.*\(2, 0\)"),
    "no size": ((1, 4, 5, 6), None, "output_size must be an int or a pair of ints, not None"),
    "three sizes": ((1, 4, 5, 6), (2, 2, 2), r"output_size must be .* pair .*\(2, 2, 2\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    shape, output_size, message = MISTAKES[mistake]
    images = torch.zeros(shape)
    for forward, backward, _ in (MEAN, LARGEST):
        with pytest.raises(ValueError, match=message):
            forward(images, output_size)
        with pytest.raises(ValueError, match=message):
            backward(images, images, output_size)


@pytest.mark.usefixtures("without_shape_checks")
def test_other_errors_are_named_too():
    images = torch.zeros(1, 2, 4, 4)
    with pytest.raises(ValueError, match=r"input holds torch.uint8, .* input.float\(\)"):
        adaptive_max_pool2d(images.byte(), 2)
    for backward in (MEAN[1], LARGEST[1]):
        with pytest.raises(
            ValueError, match=r"grad_output must be \(1, 2, 3, 4\), not \(1, 2, 3, 3"
        ):
            backward(torch.zeros(1, 2, 3, 3), images, (3, None))
    with pytest.raises(ValueError, match=r"grad_output must be \(1, 2\), not \(1, 2, 1, 1\)"):
        global_avg_pool2d_backward(torch.zeros(1, 2, 1, 1), images)
