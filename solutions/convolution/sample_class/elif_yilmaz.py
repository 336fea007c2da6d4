"""Elif hands the padding on as she got it, but torch.nn.functional.pad begins with the left."""

import torch

NAME = "Elif Yılmaz"

# Wrong in the two cases whose padding is not the same on all sides.
EXPECTED = {
    "output_size": 2.0,
    "conv_channels_last": 3.0,
    "conv_channels_last_grad_images": 4.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 3.0,
    "pool_channels_last_backward": 4.0,
}

MISTAKES = {"conv_channels_last": "ReadsThePaddingAsLeftRightFirst"}


def conv_channels_last(images, weight, bias, stride, padding, dilation):
    images = torch.nn.functional.pad(images, (0, 0, *padding))
    kh, kw, _, cout = weight.shape
    out_h = (images.shape[1] - (kh - 1) * dilation[0] - 1) // stride[0] + 1
    out_w = (images.shape[2] - (kw - 1) * dilation[1] - 1) // stride[1] + 1
    out = torch.zeros(len(images), out_h, out_w, cout, dtype=images.dtype)
    for y in range(out_h):
        for x in range(out_w):
            window = images[
                :,
                y * stride[0] : y * stride[0] + (kh - 1) * dilation[0] + 1 : dilation[0],
                x * stride[1] : x * stride[1] + (kw - 1) * dilation[1] + 1 : dilation[1],
            ]
            out[:, y, x] = torch.einsum("nijc,ijco->no", window, weight) + bias
    return out
