"""Right max pooling, computed in unusual ways."""

import numpy as np
import torch


def loops_over_everything(images, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    num, height, width, channels = images.shape
    rows = (height + top + bottom - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1
    columns = (width + left + right - dilation[1] * (kernel_size[1] - 1) - 1) // stride[1] + 1
    outputs = images.new_zeros(num, rows, columns, channels)
    for n in range(num):
        for y in range(rows):
            for x in range(columns):
                for channel in range(channels):
                    seen = []
                    for i in range(kernel_size[0]):
                        for j in range(kernel_size[1]):
                            row = y * stride[0] + i * dilation[0] - top
                            column = x * stride[1] + j * dilation[1] - left
                            if 0 <= row < height and 0 <= column < width:
                                seen.append(images[n, row, column, channel].item())
                    outputs[n, y, x, channel] = max(seen)
    return outputs


def _pad_last(images, padding, value):
    top, bottom, left, right = padding
    return torch.nn.functional.pad(images, (0, 0, left, right, top, bottom), value=value)


def _windows(padded, kernel_size, stride, dilation):
    """n, rows, columns, channels, kernel height, kernel width."""
    for axis in range(2):
        reach = dilation[axis] * (kernel_size[axis] - 1) + 1
        padded = padded.unfold(axis + 1, reach, stride[axis])
    return padded[..., :: dilation[0], :: dilation[1]]


def views_of_windows(images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding, -torch.inf)
    return _windows(padded, kernel_size, stride, dilation).amax(dim=(4, 5))


def pads_with_the_smallest_pixel(images, kernel_size, stride, padding, dilation):
    """A padding that is no larger than any pixel cannot win either."""
    padded = _pad_last(images, padding, images.min().item())
    return _windows(padded, kernel_size, stride, dilation).flatten(4).max(dim=4).values


def sorts_each_window(images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding, float("-inf"))
    return _windows(padded, kernel_size, stride, dilation).flatten(4).sort(dim=4)[0][..., -1]


def rows_first_then_columns(images, kernel_size, stride, padding, dilation):
    """The largest of a window is the largest of the largest in its rows."""
    padded = _pad_last(images, padding, -1e30)
    rows = padded.unfold(1, dilation[0] * (kernel_size[0] - 1) + 1, stride[0])
    tallest = rows[..., :: dilation[0]].amax(dim=4)
    columns = tallest.unfold(2, dilation[1] * (kernel_size[1] - 1) + 1, stride[1])
    return columns[..., :: dilation[1]].amax(dim=4)


def columns_of_unfold(images, kernel_size, stride, padding, dilation):
    first = _pad_last(images, padding, -1e30).permute(0, 3, 1, 2)
    channels = first.shape[1]
    columns = torch.nn.functional.unfold(first, kernel_size, dilation=dilation, stride=stride)
    best = columns.unflatten(1, (channels, -1)).amax(dim=2)
    rows = (first.shape[2] - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1
    return best.unflatten(2, (rows, -1)).permute(0, 2, 3, 1)


def numpy_inside(images, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    sides = ((0, 0), (top, bottom), (left, right), (0, 0))
    padded = np.pad(images.numpy(), sides, constant_values=-np.inf)
    reach = tuple(dilation[axis] * (kernel_size[axis] - 1) + 1 for axis in range(2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(1, 2))
    windows = windows[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]
    return windows.max(axis=(4, 5))


def in_place_with_out(images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding, -torch.inf)
    rows = (padded.shape[1] - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1
    columns = (padded.shape[2] - dilation[1] * (kernel_size[1] - 1) - 1) // stride[1] + 1
    best = None
    for i in range(kernel_size[0]):
        for j in range(kernel_size[1]):
            seen = padded[:, i * dilation[0] :: stride[0], j * dilation[1] :: stride[1]]
            seen = seen[:, :rows, :columns]
            best = seen.clone() if best is None else torch.where(seen > best, seen, best, out=best)
    return best
