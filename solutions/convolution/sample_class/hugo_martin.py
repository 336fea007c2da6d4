"""Hugo tags his check cells `skip-execution`, around answers that are wrong.

nbgrader as it comes skips such cells and then gives full points to a check that printed nothing.
"""

import torch

NAME = "Hugo Martin"

EXPECTED = {
    "output_size": 0.0,
    "conv_channels_last": 0.0,
    "conv_channels_last_grad_images": 0.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 3.0,
    "pool_channels_last_backward": 4.0,
}

TAGS = {
    "output_size": ["skip-execution"],
    "conv_channels_last": ["skip-execution"],
    "conv_channels_last_grad_images": ["skip-execution"],
}


def output_size(image_size, kernel_size, stride, padding, dilation):
    return image_size


def conv_channels_last(images, weight, bias, stride, padding, dilation):
    return torch.zeros(1)


def conv_channels_last_grad_images(grad_output, weight, image_size, stride, padding, dilation):
    return torch.zeros(1)
