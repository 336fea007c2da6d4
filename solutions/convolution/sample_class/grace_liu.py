"""Grace only turns the axes around and calls what torch has ready made."""

import torch

NAME = "Grace Liu"

EXPECTED = {
    "output_size": 2.0,
    "conv_channels_last": 0.0,
    "conv_channels_last_grad_images": 0.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 0.0,
    "pool_channels_last_backward": 4.0,
}

FORBIDDEN = {
    "conv_channels_last": ["convolution"],
    "conv_channels_last_grad_images": ["convolution", "autograd"],
    "pool_channels_last": ["max_pooling"],
}


def conv_channels_last(images, weight, bias, stride, padding, dilation):
    top, bottom, left, right = padding
    images = torch.nn.functional.pad(images, (0, 0, left, right, top, bottom))
    out = torch.nn.functional.conv2d(
        images.permute(0, 3, 1, 2), weight.permute(3, 2, 0, 1), bias, stride, 0, dilation
    )
    return out.permute(0, 2, 3, 1)


def conv_channels_last_grad_images(grad_output, weight, image_size, stride, padding, dilation):
    top, bottom, left, right = padding
    images = torch.zeros(len(grad_output), *image_size, weight.shape[2], dtype=weight.dtype)
    images.requires_grad_()
    padded = torch.nn.functional.pad(images, (0, 0, left, right, top, bottom))
    out = torch.nn.functional.conv2d(
        padded.permute(0, 3, 1, 2), weight.permute(3, 2, 0, 1), None, stride, 0, dilation
    )
    out.backward(grad_output.permute(0, 3, 1, 2))
    return images.grad


def pool_channels_last(images, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    images = torch.nn.functional.pad(images, (0, 0, left, right, top, bottom), value=float("-inf"))
    out = torch.nn.functional.max_pool2d(
        images.permute(0, 3, 1, 2), kernel_size, stride, dilation=dilation
    )
    return out.permute(0, 2, 3, 1)
