"""Who knows the right answers: course_lib.layers, behind adapters.

There, channels come second and padding is the same on opposite sides; here channels come last
and each side has its own.
"""

import torch
from settings import Pair, Sides
from torch import Tensor

from course_lib import layers


def channels_first(images: Tensor) -> Tensor:
    return images.permute(0, 3, 1, 2)


def channels_last(images: Tensor) -> Tensor:
    return images.permute(0, 2, 3, 1).contiguous()


def torch_weight(weight: Tensor) -> Tensor:
    """(height, width, in, out) to torch's (out, in, height, width)."""
    return weight.permute(3, 2, 0, 1)


def framed(images: Tensor, padding: Sides, value: float = 0.0) -> Tensor:
    """Images, channels first, with padding (top, bottom, left, right) around them."""
    top, bottom, left, right = padding
    return torch.nn.functional.pad(images, (left, right, top, bottom), value=value)


def unframed(images: Tensor, padding: Sides) -> Tensor:
    """The same without the frame, channels last."""
    top, bottom, left, right = padding
    height, width = images.shape[2:]
    return channels_last(images[:, :, top : height - bottom, left : width - right])


def output_size(
    image_size: Pair, kernel_size: Pair, stride: Pair, padding: Sides, dilation: Pair
) -> Pair:
    top, bottom, left, right = padding
    framed_size = (image_size[0] + top + bottom, image_size[1] + left + right)
    return layers.output_size(framed_size, kernel_size, stride, 0, dilation)


def conv_channels_last(
    images: Tensor, weight: Tensor, bias: Tensor, stride: Pair, padding: Sides, dilation: Pair
) -> Tensor:
    inner = framed(channels_first(images), padding)
    return channels_last(layers.conv2d(inner, torch_weight(weight), bias, stride, 0, dilation))


def conv_channels_last_grad_images(
    grad_output: Tensor,
    weight: Tensor,
    image_size: Pair,
    stride: Pair,
    padding: Sides,
    dilation: Pair,
) -> Tensor:
    images = grad_output.new_zeros(len(grad_output), weight.shape[2], *image_size)
    gradients = layers.conv2d_backward(
        channels_first(grad_output),
        framed(images, padding),
        torch_weight(weight),
        None,
        stride,
        0,
        dilation,
    )
    return unframed(gradients[0], padding)


def conv_channels_last_grad_weight(
    grad_output: Tensor,
    images: Tensor,
    kernel_size: Pair,
    stride: Pair,
    padding: Sides,
    dilation: Pair,
) -> tuple[Tensor, Tensor]:
    out_channels = grad_output.shape[3]
    inner = framed(channels_first(images), padding)
    _, grad_weight, grad_bias = layers.conv2d_backward(
        channels_first(grad_output),
        inner,
        images.new_zeros(out_channels, images.shape[3], *kernel_size),
        images.new_zeros(out_channels),
        stride,
        0,
        dilation,
    )
    return grad_weight.permute(2, 3, 1, 0).contiguous(), grad_bias


def pool_channels_last(
    images: Tensor, kernel_size: Pair, stride: Pair, padding: Sides, dilation: Pair
) -> Tensor:
    inner = framed(channels_first(images), padding, -torch.inf)
    return channels_last(layers.max_pool2d(inner, kernel_size, stride, 0, dilation))


def pool_channels_last_backward(
    grad_output: Tensor,
    images: Tensor,
    kernel_size: Pair,
    stride: Pair,
    padding: Sides,
    dilation: Pair,
) -> Tensor:
    inner = framed(channels_first(images), padding, -torch.inf)
    grad = layers.max_pool2d_backward(
        channels_first(grad_output), inner, kernel_size, stride, 0, dilation
    )
    return unframed(grad, padding)
