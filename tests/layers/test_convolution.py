"""conv2d and conv2d_backward. Oracle: torch in float64, autograd, and sums worked by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import conv2d, conv2d_backward, convolution

SIDES = st.tuples(st.integers(1, 9), st.integers(1, 9))
KERNELS = st.tuples(st.integers(1, 4), st.integers(1, 4))
STEPS = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))
MARGINS = st.one_of(st.integers(0, 3), st.tuples(st.integers(0, 3), st.integers(0, 3)))


def _random(*shapes, **options):
    return [torch.randn(*shape, **options) for shape in shapes]


@st.composite
def convolutions(draw):
    """Tensors and options: odd, non-square, empty, strided in memory; kernels that just fit."""
    groups = draw(st.integers(1, 3))
    kernel_size, options = draw(KERNELS), {"groups": groups, "dilation": draw(STEPS)}
    options["stride"] = draw(STEPS)
    options["padding"] = draw(st.one_of(MARGINS, st.just("valid")))
    if options["stride"] in (1, (1, 1)):
        options["padding"] = draw(st.one_of(MARGINS, st.just("same")))
    dilation = options["dilation"]
    dilation = (dilation, dilation) if isinstance(dilation, int) else dilation
    # At least as large as the kernel's reach: smaller images are the errors' business.
    height, width = (
        extra + d * (k - 1) for extra, d, k in zip(draw(SIDES), dilation, kernel_size, strict=True)
    )
    torch.manual_seed(draw(st.integers(0, 2**31)))
    num_images, in_group, out_group = draw(st.tuples(*[st.integers(n, 3) for n in (0, 1, 1)]))
    images = torch.randn(num_images, in_group * groups, height, width, dtype=torch.float64)
    if draw(st.booleans()):
        images = images.mT.contiguous().mT
    weight = torch.randn(out_group * groups, in_group, *kernel_size, dtype=torch.float64)
    bias = torch.randn(out_group * groups, dtype=torch.float64) if draw(st.booleans()) else None
    return images, weight, bias, options


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@settings(max_examples=500, derandomize=True, deadline=None)
@given(convolutions())
def test_forward_and_backward_equal_torch(equals_torch, drawn):
    """500 configurations of both."""
    images, weight, bias, options = drawn
    equals_torch(conv2d, conv2d_backward, F.conv2d, images, weight, bias, **options)


def test_one_window_worked_by_hand():
    image = torch.tensor([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]]])
    weight = torch.tensor([[[[1.0, 0.0], [2.0, -1.0]]]])
    # Left window 1*1 + 2*0 + 0*2 - 1*1 = 0, right window 1*2 + 0*0 + 2*1 - 1*3 = 1; bias 10.
    assert conv2d(image, weight, torch.tensor([10.0])).tolist() == [[[[10.0, 11.0]]]]


def test_gradients_worked_by_hand():
    # One row of three pixels, a kernel of two: output = (w1 a + w2 b, w1 b + w2 c).
    image, weight = torch.tensor([[[[1.0, 2.0, 4.0]]]]), torch.tensor([[[[3.0, 5.0]]]])
    upstream = torch.tensor([[[[1.0, 10.0]]]])
    grad_image, grad_weight, _ = conv2d_backward(upstream, image, weight, None)
    assert grad_image.tolist() == [[[[3.0, 5.0 + 30.0, 50.0]]]]  # the middle pixel is seen twice
    assert grad_weight.tolist() == [[[[1.0 + 20.0, 2.0 + 40.0]]]]


def test_a_stride_that_does_not_fit_leaves_the_last_pixels_unseen():
    image = torch.zeros(1, 1, 1, 6)
    image[..., 5] = 1.0  # windows of 3 with stride 2 end at pixel 4
    weight = torch.ones(1, 1, 1, 3)
    assert conv2d(image, weight, stride=2).tolist() == [[[[0.0, 0.0]]]]


def test_backward_by_finite_differences(slopes):
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    inputs = _random((2, 4, 6, 7), (4, 2, 3, 2), (4,), dtype=torch.float64)
    upstream = torch.randn_like(conv2d(*inputs, **options))
    wanted = slopes(lambda *tensors: conv2d(*tensors, **options), inputs, upstream)
    gradients = conv2d_backward(upstream, *inputs, **options)
    for gradient, want in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(gradient, want, rtol=1e-7, atol=1e-7)


def test_a_batch_larger_than_a_block_is_the_same(equals_torch, monkeypatch):
    """Blocks of two images and a last one of one; a lost or doubled image would show."""
    images, weight = _random((5, 2, 7, 6), (4, 2, 3, 3), dtype=torch.float64)
    columns_of_one = 2 * 3 * 3 * 5 * 4 * images.element_size()
    monkeypatch.setitem(convolution.BLOCK_BYTES, "cpu", 2 * columns_of_one)
    equals_torch(conv2d, conv2d_backward, F.conv2d, images, weight, None)


def test_sums_over_a_batch_are_kept_in_more_than_half_precision(monkeypatch):
    """2048 + 1 - 2048 is 1; float16 has no 2049, so a sum kept in it would be 0."""
    images, weight = torch.ones(4, 1, 1, 1).half(), torch.ones(1, 1, 1, 1).half()
    upstream = torch.tensor([2048.0, 1.0, -2048.0, 0.0]).half().view(4, 1, 1, 1)
    monkeypatch.setitem(convolution.BLOCK_BYTES, "cpu", 2 * images.element_size())
    _, grad_weight, _ = conv2d_backward(upstream, images, weight)
    assert grad_weight.dtype == torch.float16
    assert grad_weight.item() == 1


def test_shapes_are_found_on_a_device_of_no_numbers_and_no_block_size_of_its_own():
    images, weight = (torch.empty(shape, device="meta") for shape in ((5, 2, 7, 6), (4, 2, 3, 3)))
    assert conv2d(images, weight, stride=2).shape == (5, 4, 3, 2)


def test_autograd_can_still_follow_the_forward():
    """A reader may call it on the parameters of a model; nothing may break or lose gradients."""
    images, weight = torch.randn(2, 1, 5, 5), torch.randn(3, 1, 3, 3, requires_grad=True)
    conv2d(images, weight, torch.zeros(3)).square().sum().backward()
    (wanted,) = torch.autograd.grad(F.conv2d(images, weight).square().sum(), weight)
    torch.testing.assert_close(weight.grad, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_as_close_as_its_digits_allow(dtype):
    images, weight, bias = (torch.randn(*s).to(dtype) for s in ((4, 3, 9, 8), (6, 3, 3, 3), (6,)))
    output = conv2d(images, weight, bias, padding=1)
    upstream = torch.randn(output.shape).to(dtype)
    gradients = conv2d_backward(upstream, images, weight, bias, padding=1)
    exact = [tensor.double() for tensor in (images, weight, bias)]
    wanted = conv2d_backward(upstream.double(), *exact, padding=1)
    close = {"rtol": 8 * torch.finfo(dtype).eps, "atol": 16 * torch.finfo(dtype).eps}
    assert output.dtype == dtype
    torch.testing.assert_close(output.double(), F.conv2d(*exact, padding=1), **close)
    for gradient, want in zip(gradients, wanted, strict=True):
        assert gradient.dtype == dtype
        torch.testing.assert_close(gradient.double(), want, **close)


@pytest.mark.gpu
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": (2, 1), "groups": 3}])
def test_cuda_equals_torch(equals_torch, options):
    shapes = ((5, 6, 17, 19), (9, 6 // options.get("groups", 1), 3, 5), (9,))
    tensors = _random(*shapes, device="cuda", dtype=torch.float64)
    equals_torch(conv2d, conv2d_backward, F.conv2d, *tensors, **options)


IMAGES, WEIGHT = (2, 4, 5, 6), (6, 4, 3, 3)
MISTAKES = {
    "groups that do not divide": (IMAGES, WEIGHT, {"groups": 3}, "groups=3 .* 4 channels .* 6"),
    "no groups": (IMAGES, WEIGHT, {"groups": 0}, "groups=0"),
    "other channels": (IMAGES, (6, 3, 3, 3), {}, "input has 4 channels, but weight is for 3"),
    "kernel too large": (IMAGES, (6, 4, 3, 9), {"padding": 1}, r"kernel_size 9 .* width .* 6 \+ 2"),
    "dilated too far": (IMAGES, WEIGHT, {"dilation": 3}, "dilation 3 reaches across 7 .* height"),
    "negative padding": (IMAGES, WEIGHT, {"padding": (0, -1)}, r"padding .* at least 0.*\(0, -1\)"),
    "no stride": (IMAGES, WEIGHT, {"stride": 0}, "stride must be at least 1"),
    "three strides": (IMAGES, WEIGHT, {"stride": (1, 1, 1)}, r"stride .* pair .*\(1, 1, 1\)"),
    "unknown padding": (IMAGES, WEIGHT, {"padding": "full"}, "'same' or 'valid', not 'full'"),
    "same with a stride": (IMAGES, WEIGHT, {"padding": "same", "stride": 2}, r"stride is \(2, 2\)"),
    "no batch": ((4, 5, 6), WEIGHT, {}, r"not \(4, 5, 6\). .*input\[None\]"),
    "flat weight": (IMAGES, (6, 36), {}, r"weight must be .* not \(6, 36\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    images, weight, options, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        conv2d(torch.zeros(images), torch.zeros(weight), **options)
    with pytest.raises(ValueError, match=message):
        conv2d_backward(torch.zeros(1), torch.zeros(images), torch.zeros(weight), **options)


@pytest.mark.usefixtures("without_shape_checks")
def test_a_bias_of_the_wrong_length_is_named():
    with pytest.raises(ValueError, match=r"bias must be \(6,\), not \(4,\)"):
        conv2d(torch.zeros(IMAGES), torch.zeros(WEIGHT), torch.zeros(4))


@pytest.mark.usefixtures("without_shape_checks")
def test_an_upstream_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"grad_output must be \(2, 6, 3, 4\), not \(2, 6, 4, 3\)"):
        conv2d_backward(torch.zeros(2, 6, 4, 3), torch.zeros(IMAGES), torch.zeros(WEIGHT))
