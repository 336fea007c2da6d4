"""Pooling. Oracle: torch in float64, autograd, finite differences, sums worked by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)

KERNELS = st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)))
STEPS = st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)))


@st.composite
def pools(draw, with_dilation):
    """Images (with many equal pixels, half of the time) and options that fit them."""
    kernel_size = draw(KERNELS)
    kernel_h, kernel_w = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    options = {"stride": draw(st.one_of(st.none(), STEPS)), "ceil_mode": draw(st.booleans())}
    margin = st.tuples(st.integers(0, kernel_h // 2), st.integers(0, kernel_w // 2))
    options["padding"] = draw(margin)
    dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) if with_dilation else (1, 1)
    if with_dilation:
        options["dilation"] = dilation
    height = draw(st.integers(1, 8)) + dilation[0] * (kernel_h - 1)
    width = draw(st.integers(1, 8)) + dilation[1] * (kernel_w - 1)
    torch.manual_seed(draw(st.integers(0, 2**31)))
    images = torch.randn(draw(st.integers(0, 3)), 2, height, width, dtype=torch.float64)
    images = images.round() if draw(st.booleans()) else images
    if draw(st.booleans()):
        images = images.to(memory_format=torch.channels_last)
    return images, kernel_size, options


@settings(max_examples=300, derandomize=True, deadline=None)
@given(pools(with_dilation=True))
def test_max_pool_equals_torch(equals_torch, drawn):
    images, kernel_size, options = drawn
    options["kernel_size"] = kernel_size
    equals_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, images, **options)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(pools(with_dilation=False), st.booleans(), st.sampled_from([None, 1, 5, -2]))
def test_avg_pool_equals_torch(equals_torch, drawn, count_include_pad, divisor_override):
    images, kernel_size, options = drawn
    options |= {"kernel_size": kernel_size, "count_include_pad": count_include_pad}
    options["divisor_override"] = divisor_override
    equals_torch(avg_pool2d, avg_pool2d_backward, F.avg_pool2d, images, **options)


def test_a_pixel_that_wins_two_windows_gets_both_gradients():
    image = torch.tensor([[[[1.0, 2.0, 9.0, 4.0, 5.0]]]])  # windows 1 2 9 and 9 4 5
    grad = max_pool2d_backward(torch.tensor([[[[10.0, 1.0]]]]), image, (1, 3), stride=2)
    assert grad.tolist() == [[[[0.0, 0.0, 11.0, 0.0, 0.0]]]]


def test_of_equal_pixels_the_first_wins():
    grad = max_pool2d_backward(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 2, 2), 2)
    assert grad.tolist() == [[[[1.0, 0.0], [0.0, 0.0]]]]


def test_padding_never_wins():
    """All pixels are negative: a padding of zeros would be larger than any of them."""
    assert max_pool2d(-torch.ones(1, 1, 2, 2), 2, padding=1).tolist() == [[[[-1.0] * 2] * 2]]


def test_padding_gets_no_gradient_even_from_minus_infinity(equals_torch):
    images = torch.full((1, 1, 3, 3), -torch.inf, dtype=torch.float64)
    options = {"kernel_size": 3, "stride": 2, "padding": 1}
    equals_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, images, **options)


def test_not_a_number_is_not_hidden():
    images = torch.tensor([[[[1.0, torch.nan], [3.0, 2.0]]]])
    assert max_pool2d(images, 2).isnan().all()


def test_the_mean_shares_its_gradient_equally():
    grad = avg_pool2d_backward(torch.tensor([[[[4.0, 8.0]]]]), torch.zeros(1, 1, 2, 3), 2, stride=1)
    assert grad.tolist() == [[[[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]]]]


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_backwards_by_finite_differences(slopes, ceil_mode):
    images = torch.randn(2, 2, 7, 6, dtype=torch.float64)
    for forward, backward in ((max_pool2d, max_pool2d_backward), (avg_pool2d, avg_pool2d_backward)):
        options = {"kernel_size": (3, 2), "stride": 2, "padding": 1, "ceil_mode": ceil_mode}
        upstream = torch.randn_like(forward(images, **options))

        def pooled(images, forward=forward, options=options):
            return forward(images, **options)

        (wanted,) = slopes(pooled, [images], upstream)
        found = backward(upstream, images, **options)
        torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    images = torch.randn(2, 3, 20, 20).to(dtype)
    assert max_pool2d(images, 3).equal(F.max_pool2d(images.double(), 3).to(dtype))
    mean = avg_pool2d(images, 20)  # 400 terms: a sum kept in half precision would drift
    assert mean.dtype == dtype
    exact = F.avg_pool2d(images.double(), 20)
    torch.testing.assert_close(mean.double(), exact, rtol=torch.finfo(dtype).eps, atol=1e-6)
    upstream = torch.randn(2, 3, 18, 18).to(dtype)
    for backward in (max_pool2d_backward, avg_pool2d_backward):
        grad = backward(upstream, images, 3, 1)
        assert grad.dtype == dtype
        wanted = backward(upstream.double(), images.double(), 3, 1)
        close = {"rtol": 8 * torch.finfo(dtype).eps, "atol": 16 * torch.finfo(dtype).eps}
        torch.testing.assert_close(grad.double(), wanted, **close)


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    images = torch.randn(3, 5, 13, 11, device="cuda", dtype=torch.float64)
    options = {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}
    equals_torch(max_pool2d, max_pool2d_backward, F.max_pool2d, images, dilation=2, **options)
    equals_torch(avg_pool2d, avg_pool2d_backward, F.avg_pool2d, images, **options)


MISTAKES = {
    "kernel too large": ({"kernel_size": 6}, "kernel_size 6 .* height"),
    "negative padding": ({"kernel_size": 2, "padding": -1}, "padding must be at least 0"),
    "padding over half": (
        {"kernel_size": (4, 3), "padding": 2},
        r"padding 2 is more than half the kernel_size \(4, 3\)",
    ),
    "no stride": ({"kernel_size": 2, "stride": 0}, "stride must be at least 1"),
    "no kernel": ({"kernel_size": (2, 0)}, r"kernel_size must be at least 1.*\(2, 0\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    options, message = MISTAKES[mistake]
    images = torch.zeros(1, 1, 5, 6)
    for forward in (max_pool2d, avg_pool2d):
        with pytest.raises(ValueError, match=message):
            forward(images, **options)
    for backward in (max_pool2d_backward, avg_pool2d_backward):
        with pytest.raises(ValueError, match=message):
            backward(images, images, **options)


@pytest.mark.usefixtures("without_shape_checks")
def test_other_errors_are_named_too():
    images = torch.zeros(1, 1, 4, 4)
    with pytest.raises(ValueError, match="divisor_override must not be 0"):
        avg_pool2d(images, 2, divisor_override=0)
    with pytest.raises(ValueError, match=r"input must be \(n, .* not \(4, 4\)"):
        max_pool2d(images[0, 0], 2)
    with pytest.raises(ValueError, match=r"input holds torch.uint8, .* input.float\(\)"):
        max_pool2d(images.byte(), 2)
    for backward in (max_pool2d_backward, avg_pool2d_backward):
        with pytest.raises(ValueError, match=r"grad_output must be \(1, 1, 2, 2\), not \(1, 1, 1"):
            backward(torch.zeros(1, 1, 1, 1), images, 2)
