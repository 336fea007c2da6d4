"""Ines got halfway: loops and numpy, all right as far as they go, and a warning on the way."""

NAME = "Ines Costa"

EXPECTED = {
    "output_size": 2.0,
    "conv_channels_last": 4.0,
    "conv_channels_last_grad_images": 0.0,
    "conv_channels_last_grad_weight": 0.0,
    "pool_channels_last": 3.0,
    "pool_channels_last_backward": 0.0,
}


def conv_channels_last(images, weight, bias, stride, padding, dilation):
    import warnings

    import numpy as np

    warnings.warn("this is slow, but it works", stacklevel=1)
    top, bottom, left, right = padding
    padded = np.pad(images.numpy(), ((0, 0), (top, bottom), (left, right), (0, 0)))
    w = weight.numpy()
    out_h = (padded.shape[1] - dilation[0] * (w.shape[0] - 1) - 1) // stride[0] + 1
    out_w = (padded.shape[2] - dilation[1] * (w.shape[1] - 1) - 1) // stride[1] + 1
    out = np.zeros((padded.shape[0], out_h, out_w, w.shape[3]))
    for n in range(out.shape[0]):
        for y in range(out_h):
            for x in range(out_w):
                out[n, y, x] = bias.numpy()
                for i in range(w.shape[0]):
                    for j in range(w.shape[1]):
                        pixel = padded[
                            n, y * stride[0] + i * dilation[0], x * stride[1] + j * dilation[1]
                        ]
                        out[n, y, x] += pixel @ w[i, j]
    return out


def conv_channels_last_grad_images(grad_output, weight, image_size, stride, padding, dilation):
    raise NotImplementedError


def conv_channels_last_grad_weight(grad_output, images, kernel_size, stride, padding, dilation):
    raise NotImplementedError


def pool_channels_last_backward(grad_output, images, kernel_size, stride, padding, dilation):
    raise NotImplementedError
