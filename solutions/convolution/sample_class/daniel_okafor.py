"""Daniel pads with zeros before he pools: where all pixels are negative, the padding wins."""

import torch

NAME = "Daniel Okafor"

# Wrong in 2 of 8 cases: where negative images are padded, and where some window at the edge of an
# image with padding happens to hold no positive pixel.
EXPECTED = {
    "output_size": 2.0,
    "conv_channels_last": 4.0,
    "conv_channels_last_grad_images": 4.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 2.25,
    "pool_channels_last_backward": 4.0,
}

MISTAKES = {"pool_channels_last": "PadsWithZeros"}


def pool_channels_last(images, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    x = torch.nn.functional.pad(images, (0, 0, left, right, top, bottom))
    # unfold makes windows, first down, then across
    x = x.unfold(1, (kernel_size[0] - 1) * dilation[0] + 1, stride[0])
    x = x.unfold(2, (kernel_size[1] - 1) * dilation[1] + 1, stride[1])
    x = x[..., :: dilation[0], :: dilation[1]]
    return x.amax(dim=(-1, -2))
