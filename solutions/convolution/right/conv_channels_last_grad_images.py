"""Right gradients of the images, computed in unusual ways."""

import numpy as np
import torch


def loops_over_windows(grad_output, weight, image_size, stride, padding, dilation):
    top, _, left, _ = padding
    grad = grad_output.new_zeros(len(grad_output), *image_size, weight.shape[2])
    for y in range(grad_output.shape[1]):
        for x in range(grad_output.shape[2]):
            for i in range(weight.shape[0]):
                for j in range(weight.shape[1]):
                    row = y * stride[0] + i * dilation[0] - top
                    column = x * stride[1] + j * dilation[1] - left
                    if 0 <= row < image_size[0] and 0 <= column < image_size[1]:
                        grad[:, row, column] += grad_output[:, y, x] @ weight[i, j].T
    return grad


def asks_each_pixel_who_saw_it(grad_output, weight, image_size, stride, padding, dilation):
    """The other way round: for every pixel, the windows that reached it."""
    num, rows, columns, _ = grad_output.shape
    grad = torch.zeros(num, *image_size, weight.shape[2]).to(grad_output)
    for row in range(image_size[0]):
        for column in range(image_size[1]):
            for i in range(weight.shape[0]):
                y, rest_down = divmod(row + padding[0] - i * dilation[0], stride[0])
                if rest_down or not 0 <= y < rows:
                    continue
                for j in range(weight.shape[1]):
                    x, rest_across = divmod(column + padding[2] - j * dilation[1], stride[1])
                    if not rest_across and 0 <= x < columns:
                        grad[:, row, column] += (grad_output[:, y, x, None] * weight[i, j]).sum(-1)
    return grad


def folds_columns(grad_output, weight, image_size, stride, padding, dilation):
    top, bottom, left, right = padding
    matrix = weight.permute(3, 2, 0, 1).flatten(1)  # out, in * height * width
    columns = grad_output.flatten(1, 2) @ matrix
    grad = torch.nn.functional.fold(
        columns.transpose(1, 2),
        (image_size[0] + top + bottom, image_size[1] + left + right),
        tuple(weight.shape[:2]),
        dilation=dilation,
        stride=stride,
    )
    grad = grad[:, :, top : top + image_size[0], left : left + image_size[1]]
    return grad.permute(0, 2, 3, 1)


def adds_into_views(grad_output, weight, image_size, stride, padding, dilation):
    top, bottom, left, right = padding
    size = (image_size[0] + top + bottom, image_size[1] + left + right)
    padded = grad_output.new_zeros(len(grad_output), *size, weight.shape[2])
    windows = padded
    for axis in range(2):
        reach = dilation[axis] * (weight.shape[axis] - 1) + 1
        windows = windows.unfold(axis + 1, reach, stride[axis])
    for i in range(weight.shape[0]):
        for j in range(weight.shape[1]):
            shares = torch.einsum("nyxo,co->nyxc", grad_output, weight[i, j])
            windows[..., i * dilation[0], j * dilation[1]] += shares
    return padded[:, top : top + image_size[0], left : left + image_size[1]]


def spreads_and_correlates(grad_output, weight, image_size, stride, padding, dilation):
    """Put the stride's gaps between the gradients, then slide the flipped kernel over them."""
    top, bottom, left, right = padding
    num, rows, columns, num_out = grad_output.shape
    reach = [dilation[axis] * (weight.shape[axis] - 1) for axis in range(2)]
    size = (image_size[0] + top + bottom, image_size[1] + left + right)
    spread = grad_output.new_zeros(num, size[0] + reach[0], size[1] + reach[1], num_out)
    inner = spread[:, reach[0] :, reach[1] :]
    inner[:, : rows * stride[0] : stride[0], : columns * stride[1] : stride[1]] = grad_output
    windows = spread.unfold(1, reach[0] + 1, 1).unfold(2, reach[1] + 1, 1)
    windows = windows[..., :: dilation[0], :: dilation[1]]
    grad = torch.einsum("nyxoij,ijco->nyxc", windows, weight.flip(0, 1))
    return grad[:, top : top + image_size[0], left : left + image_size[1]]


def numpy_inside(grad_output, weight, image_size, stride, padding, dilation):
    top, bottom, left, right = padding
    _, rows, columns, _ = grad_output.shape
    shares = np.einsum("nyxo,ijco->nyxijc", grad_output.numpy(), weight.numpy())
    down = np.arange(rows)[:, None] * stride[0] + np.arange(weight.shape[0]) * dilation[0]
    across = np.arange(columns)[:, None] * stride[1] + np.arange(weight.shape[1]) * dilation[1]
    size = (image_size[0] + top + bottom, image_size[1] + left + right)
    padded = np.zeros((len(shares), *size, weight.shape[2]))
    np.add.at(padded, np.index_exp[:, down[:, None, :, None], across[None, :, None, :]], shares)
    return padded[:, top : top + image_size[0], left : left + image_size[1]]


def numbers_the_pixels(grad_output, weight, image_size, stride, padding, dilation):
    """Each pixel has a number; index_add_ adds up all that goes to the same one."""
    top, bottom, left, right = padding
    num, rows, columns, _ = grad_output.shape
    height, width = image_size[0] + top + bottom, image_size[1] + left + right
    device = grad_output.device
    total = grad_output.new_zeros(num, height * width, weight.shape[2])
    y = torch.arange(rows, device=device)[:, None] * stride[0]
    x = torch.arange(columns, device=device) * stride[1]
    for i, kernel_row in enumerate(weight):
        for j, tap in enumerate(kernel_row):
            numbers = (y + i * dilation[0]) * width + x + j * dilation[1]
            total.index_add_(1, numbers.flatten(), (grad_output @ tap.T).flatten(1, 2))
    total = total.view(num, height, width, -1)
    return total[:, top : height - bottom, left : width - right]
