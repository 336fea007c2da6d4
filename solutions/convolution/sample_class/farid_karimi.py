"""Farid counts the places with a loop that never ends: `start` is not moved."""

NAME = "Farid Karimi"

EXPECTED = {
    "output_size": 0.0,
    "conv_channels_last": 4.0,
    "conv_channels_last_grad_images": 4.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 3.0,
    "pool_channels_last_backward": 4.0,
}


def output_size(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    height = image_size[0] + top + bottom
    width = image_size[1] + left + right
    sizes = []
    for size, k, s, d in zip((height, width), kernel_size, stride, dilation, strict=True):
        count = 0
        start = 0
        while start + d * (k - 1) < size:
            count += 1
            start + s
        sizes.append(count)
    return tuple(sizes)
