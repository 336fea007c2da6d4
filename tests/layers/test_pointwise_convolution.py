"""The 1x1 convolution. Oracles: torch's conv2d and autograd, and our linear, pixel by pixel."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.layers import conv2d, linear, pointwise_conv2d, pointwise_conv2d_backward

BOTH = (pointwise_conv2d, pointwise_conv2d_backward, F.conv2d)


def _tensors(n=2, c_in=3, c_out=4, size=(5, 7), **options):
    images = torch.randn(n, c_in, *size, **options)
    return images, torch.randn(c_out, c_in, 1, 1, **options), torch.randn(c_out, **options)


@pytest.mark.parametrize(
    "sizes", [{}, {"n": 0}, {"c_in": 1, "c_out": 1}, {"c_in": 6, "c_out": 2, "size": (1, 9)}]
)
def test_forward_and_backward_equal_torch(equals_torch, sizes):
    images, weight, bias = _tensors(**sizes, dtype=torch.float64)
    equals_torch(*BOTH, images, weight, bias)
    equals_torch(*BOTH, images, weight, None)
    equals_torch(*BOTH, images.mT.contiguous().mT, weight, bias)


def test_it_is_linear_at_every_pixel():
    """The embedding of the lecture: c_in numbers of a pixel become c_out, no neighbor matters."""
    images, weight, bias = _tensors(dtype=torch.float64)
    output, matrix = pointwise_conv2d(images, weight, bias), weight[:, :, 0, 0]
    for y in range(5):
        for x in range(7):
            wanted = linear(images[:, :, y, x], matrix, bias)
            torch.testing.assert_close(output[:, :, y, x], wanted, rtol=1e-12, atol=1e-12)


def test_it_is_our_convolution_with_the_smallest_kernel():
    images, weight, bias = _tensors(dtype=torch.float64)
    torch.testing.assert_close(pointwise_conv2d(images, weight, bias), conv2d(images, weight, bias))


def test_one_pixel_worked_by_hand():
    pixel, weight = torch.tensor([2.0, 3.0]).view(1, 2, 1, 1), torch.tensor([[1.0, 10.0]])
    output = pointwise_conv2d(pixel, weight[..., None, None], torch.tensor([0.5]))
    assert output.tolist() == [[[[32.5]]]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    tensors = [tensor.to(dtype) for tensor in _tensors(n=40)]
    upstream = torch.randn(40, 4, 5, 7).to(dtype)
    exact = [tensor.double() for tensor in tensors]
    wanted = pointwise_conv2d_backward(upstream.double(), *exact)
    close = {"rtol": 8 * torch.finfo(dtype).eps, "atol": 32 * torch.finfo(dtype).eps}
    gradients = pointwise_conv2d_backward(upstream, *tensors)
    for gradient, want in zip(gradients, wanted, strict=True):
        assert gradient.dtype == dtype
        torch.testing.assert_close(gradient.double(), want, **close)
    assert pointwise_conv2d(*tensors).dtype == dtype


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    equals_torch(*BOTH, *_tensors(device="cuda", dtype=torch.float64))


MISTAKES = {
    "no batch": ((3, 5, 7), (4, 3, 1, 1), (4,), r"input must be .* not \(3, 5, 7\)"),
    "other channels": ((2, 3, 5, 7), (4, 2, 1, 1), (4,), r"\(out_channels, 3, 1, 1\) .*\(4, 2, 1"),
    "larger kernel": ((2, 3, 5, 7), (4, 3, 3, 1), (4,), r"not \(4, 3, 3, 1\). conv2d has larger"),
    "a matrix": ((2, 3, 5, 7), (4, 3), (4,), r"not \(4, 3\)"),
    "other bias": ((2, 3, 5, 7), (4, 3, 1, 1), (3,), r"bias must be \(4,\), not \(3,\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    *shapes, message = MISTAKES[mistake]
    tensors = [torch.zeros(shape) for shape in shapes]
    with pytest.raises(ValueError, match=message):
        pointwise_conv2d(*tensors)
    with pytest.raises(ValueError, match=message):
        pointwise_conv2d_backward(torch.zeros(1), *tensors)


@pytest.mark.usefixtures("without_shape_checks")
def test_a_gradient_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"grad_output must be \(2, 4, 5, 7\), not \(2, 3, 5, 7\)"):
        pointwise_conv2d_backward(torch.zeros(2, 3, 5, 7), *_tensors())
