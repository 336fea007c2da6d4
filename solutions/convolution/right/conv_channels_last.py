"""Right convolutions, computed in unusual ways."""

import numpy as np
import torch


def loops_over_everything(images, weight, bias, stride, padding, dilation):
    top, bottom, left, right = padding
    num, height, width, num_in = images.shape
    kernel_height, kernel_width, _, num_out = weight.shape
    rows = (height + top + bottom - dilation[0] * (kernel_height - 1) - 1) // stride[0] + 1
    columns = (width + left + right - dilation[1] * (kernel_width - 1) - 1) // stride[1] + 1
    outputs = images.new_zeros(num, rows, columns, num_out)
    for y in range(rows):
        for x in range(columns):
            outputs[:, y, x] = bias
            for i in range(kernel_height):
                for j in range(kernel_width):
                    row = y * stride[0] + i * dilation[0] - top
                    column = x * stride[1] + j * dilation[1] - left
                    if 0 <= row < height and 0 <= column < width:
                        for channel in range(num_in):
                            pixel = images[:, row, column, channel]
                            outputs[:, y, x] += torch.outer(pixel, weight[i, j, channel])
    return outputs


def _pad_last(images, padding):
    top, bottom, left, right = padding
    return torch.nn.functional.pad(images, (0, 0, left, right, top, bottom))


def views_of_windows_and_einsum(images, weight, bias, stride, padding, dilation):
    windows = _pad_last(images, padding)
    for axis in range(2):
        reach = dilation[axis] * (weight.shape[axis] - 1) + 1
        windows = windows.unfold(axis + 1, reach, stride[axis])
    windows = windows[..., :: dilation[0], :: dilation[1]]
    return torch.einsum("nyxcij,ijco->nyxo", windows, weight) + bias


def columns_of_unfold(images, weight, bias, stride, padding, dilation):
    first = _pad_last(images, padding).permute(0, 3, 1, 2)
    kernel_size = tuple(weight.shape[:2])
    columns = torch.nn.functional.unfold(first, kernel_size, dilation=dilation, stride=stride)
    matrix = weight.permute(3, 2, 0, 1).flatten(1)
    outputs = (matrix @ columns).transpose(1, 2) + bias
    rows = (first.shape[2] - dilation[0] * (kernel_size[0] - 1) - 1) // stride[0] + 1
    return outputs.unflatten(1, (rows, -1))


def strides_of_memory(images, weight, bias, stride, padding, dilation):
    padded = _pad_last(images, padding).contiguous()
    num, height, width, channels = padded.shape
    kernel_height, kernel_width = weight.shape[:2]
    rows = (height - dilation[0] * (kernel_height - 1) - 1) // stride[0] + 1
    columns = (width - dilation[1] * (kernel_width - 1) - 1) // stride[1] + 1
    image, row, column, channel = padded.stride()
    places = (row * stride[0], column * stride[1])
    taps = (row * dilation[0], column * dilation[1])
    shape = (num, rows, columns, kernel_height, kernel_width, channels)
    windows = padded.as_strided(shape, (image, *places, *taps, channel))
    return torch.tensordot(windows, weight, dims=3).add_(bias)


def numpy_inside(images, weight, bias, stride, padding, dilation):
    top, bottom, left, right = padding
    padded = np.pad(images.numpy(), ((0, 0), (top, bottom), (left, right), (0, 0)))
    reach = tuple(dilation[axis] * (weight.shape[axis] - 1) + 1 for axis in range(2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(1, 2))
    windows = windows[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]
    return np.tensordot(windows, weight.numpy(), axes=[(4, 5, 3), (0, 1, 2)]) + bias.numpy()


def one_large_matrix(images, weight, bias, stride, padding, dilation):
    """A convolution is linear, so there is one matrix that does it to flattened images."""
    padded = _pad_last(images, padding)
    _, height, width, num_in = padded.shape
    kernel_height, kernel_width, _, num_out = weight.shape
    rows = (height - dilation[0] * (kernel_height - 1) - 1) // stride[0] + 1
    columns = (width - dilation[1] * (kernel_width - 1) - 1) // stride[1] + 1
    matrix = images.new_zeros(height, width, num_in, rows, columns, num_out)
    for y in range(rows):
        for x in range(columns):
            in_rows = slice(y * stride[0], y * stride[0] + dilation[0] * kernel_height, dilation[0])
            in_columns = slice(
                x * stride[1], x * stride[1] + dilation[1] * kernel_width, dilation[1]
            )
            # The slices may end beyond the last tap, never before it.
            target = matrix[in_rows, in_columns, :, y, x]
            target[:kernel_height, :kernel_width] = weight
    flat = padded.flatten(1) @ matrix.view(height * width * num_in, -1)
    return flat.view(-1, rows, columns, num_out) + bias


def indices_of_all_pixels(images, weight, bias, stride, padding, dilation):
    padded = _pad_last(images, padding).requires_grad_()  # asked for, and never used
    kernel_height, kernel_width, num_in, num_out = weight.shape
    rows = torch.arange(0, padded.shape[1] - dilation[0] * (kernel_height - 1), stride[0])
    columns = torch.arange(0, padded.shape[2] - dilation[1] * (kernel_width - 1), stride[1])
    rows = rows[:, None] + dilation[0] * torch.arange(kernel_height)
    columns = columns[:, None] + dilation[1] * torch.arange(kernel_width)
    windows = padded[:, rows[:, None, :, None], columns[None, :, None, :]]
    matrix = weight.reshape(kernel_height * kernel_width * num_in, num_out)
    return windows.flatten(3) @ matrix + bias


def in_place_from_the_last_tap(images, weight, bias, stride, padding, dilation):
    padded = _pad_last(images, padding)
    kernel_height, kernel_width = weight.shape[:2]
    rows = (padded.shape[1] - dilation[0] * (kernel_height - 1) - 1) // stride[0] + 1
    columns = (padded.shape[2] - dilation[1] * (kernel_width - 1) - 1) // stride[1] + 1
    outputs = bias.repeat(len(images), rows, columns, 1)
    for i in reversed(range(kernel_height)):
        for j in reversed(range(kernel_width)):
            seen = padded[:, i * dilation[0] :: stride[0], j * dilation[1] :: stride[1]]
            outputs.add_((seen[:, :rows, :columns, :, None] * weight[i, j]).sum(dim=3))
    return outputs
