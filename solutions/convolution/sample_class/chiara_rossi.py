"""Chiara writes `=` where `+=` is needed: of two windows that a pixel wins, one is lost."""

import torch

NAME = "Chiara Rossi"

# Wrong where windows overlap: in overlap, dilation and everything, 3 of 8 cases.
EXPECTED = {
    "output_size": 2.0,
    "conv_channels_last": 4.0,
    "conv_channels_last_grad_images": 4.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 3.0,
    "pool_channels_last_backward": 2.5,
}

MISTAKES = {"pool_channels_last_backward": "KeepsTheLastGradientOfOverlappingWindows"}


def pool_channels_last_backward(grad_output, images, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    n, height, width, channels = images.shape
    padded = torch.full((n, height + top + bottom, width + left + right, channels), -1e9).double()
    padded[:, top : top + height, left : left + width] = images
    grad = torch.zeros_like(padded)
    for b in range(n):
        for c in range(channels):
            for y in range(grad_output.shape[1]):
                for x in range(grad_output.shape[2]):
                    best_row = best_col = None
                    best = -1e10
                    for i in range(kernel_size[0]):
                        for j in range(kernel_size[1]):
                            row = y * stride[0] + i * dilation[0]
                            col = x * stride[1] + j * dilation[1]
                            if padded[b, row, col, c] > best:
                                best = padded[b, row, col, c]
                                best_row, best_col = row, col
                    grad[b, best_row, best_col, c] = grad_output[b, y, x, c]
    return grad[:, top : top + height, left : left + width]
