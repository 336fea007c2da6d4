"""Of convolution alone: its references equal torch and its autograd, in float64, on every case."""

import pytest
import torch
import torch.nn.functional as F

ONLY = "convolution"


def framed(images, padding, value=0.0):
    top, bottom, left, right = padding
    return F.pad(images.permute(0, 3, 1, 2), (left, right, top, bottom), value=value)


def convolved(images, weight, bias, stride, padding, dilation):
    kernels = weight.permute(3, 2, 0, 1).contiguous()
    output = F.conv2d(framed(images, padding), kernels, bias, stride, 0, dilation)
    return output.permute(0, 2, 3, 1)


def pooled(images, kernel_size, stride, padding, dilation):
    inner = framed(images, padding, float("-inf"))
    return F.max_pool2d(inner, kernel_size, stride, 0, dilation).permute(0, 2, 3, 1)


def size_of_output(image_size, kernel_size, stride, padding, dilation):
    images = torch.zeros(1, *image_size, 1)
    kernel = torch.zeros(*kernel_size, 1, 1)
    output = convolved(images, kernel, torch.zeros(1), stride, padding, dilation)
    return tuple(output.shape[1:3])


def grad_images(grad_output, weight, image_size, **options):
    images = grad_output.new_zeros(len(grad_output), *image_size, weight.shape[2])
    images.requires_grad_()
    output = convolved(images, weight, None, **options)
    return torch.autograd.grad(output, images, grad_output)[0]


def grad_weight(grad_output, images, kernel_size, **options):
    channels = (images.shape[3], grad_output.shape[3])
    weight = images.new_zeros(*kernel_size, *channels).requires_grad_()
    bias = images.new_zeros(channels[1]).requires_grad_()
    return torch.autograd.grad(
        convolved(images, weight, bias, **options), (weight, bias), grad_output
    )


def grad_pooled(grad_output, images, **options):
    images = images.clone().requires_grad_()
    return torch.autograd.grad(pooled(images, **options), images, grad_output)[0]


TORCH = {
    "output_size": size_of_output,
    "conv_channels_last": convolved,
    "conv_channels_last_grad_images": grad_images,
    "conv_channels_last_grad_weight": grad_weight,
    "pool_channels_last": pooled,
    "pool_channels_last_backward": grad_pooled,
}


@pytest.mark.parametrize("seed", [0, 1])
def test_references_equal_torch(exam_of, name, seed):
    exam = exam_of(name, seed)
    for inputs, expected in zip(exam.inputs, exam.expected, strict=True):
        torch.testing.assert_close(expected, TORCH[name](**inputs), rtol=0, atol=1e-11)
