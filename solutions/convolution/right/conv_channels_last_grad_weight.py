"""Right gradients of weight and bias, computed in unusual ways."""

import numpy as np
import torch


def _pad_last(images, padding):
    top, bottom, left, right = padding
    return torch.nn.functional.pad(images, (0, 0, left, right, top, bottom))


def loops_over_everything(grad_output, images, kernel_size, stride, padding, dilation):
    top, _, left, _ = padding
    num, height, width, num_in = images.shape
    num_out = grad_output.shape[3]
    grad_weight = images.new_zeros(*kernel_size, num_in, num_out)
    grad_bias = images.new_zeros(num_out)
    for n in range(num):
        for y in range(grad_output.shape[1]):
            for x in range(grad_output.shape[2]):
                grad_bias += grad_output[n, y, x]
                for i in range(kernel_size[0]):
                    for j in range(kernel_size[1]):
                        row = y * stride[0] + i * dilation[0] - top
                        column = x * stride[1] + j * dilation[1] - left
                        if 0 <= row < height and 0 <= column < width:
                            pixel = images[n, row, column]
                            grad_weight[i, j] += torch.outer(pixel, grad_output[n, y, x])
    return grad_weight, grad_bias


def columns_of_unfold(grad_output, images, kernel_size, stride, padding, dilation):
    first = _pad_last(images, padding).permute(0, 3, 1, 2)
    columns = torch.nn.functional.unfold(first, kernel_size, dilation=dilation, stride=stride)
    grad = columns @ grad_output.flatten(1, 2)  # n, in * height * width, out
    grad = grad.sum(dim=0).unflatten(0, (images.shape[3], *kernel_size))
    return [grad.permute(1, 2, 0, 3), grad_output.sum((0, 1, 2))]


def views_of_windows_and_einsum(grad_output, images, kernel_size, stride, padding, dilation):
    windows = _pad_last(images, padding)
    for axis in range(2):
        windows = windows.unfold(
            axis + 1, dilation[axis] * (kernel_size[axis] - 1) + 1, stride[axis]
        )
    windows = windows[..., :: dilation[0], :: dilation[1]]
    grad_weight = torch.einsum("nyxcij,nyxo->ijco", windows, grad_output)
    return grad_weight, torch.einsum("nyxo->o", grad_output)


def numpy_inside(grad_output, images, kernel_size, stride, padding, dilation):
    padded, gradient = _pad_last(images, padding).numpy(), grad_output.numpy()
    _, rows, columns, _ = gradient.shape
    grad_weight = np.empty((*kernel_size, padded.shape[3], gradient.shape[3]))
    for i, j in np.ndindex(*kernel_size):
        seen = padded[:, i * dilation[0] :: stride[0], j * dilation[1] :: stride[1]]
        grad_weight[i, j] = np.tensordot(seen[:, :rows, :columns], gradient, [(0, 1, 2), (0, 1, 2)])
    return grad_weight, gradient.sum(axis=(0, 1, 2))


def image_after_image_in_place(grad_output, images, kernel_size, stride, padding, dilation):
    _, rows, columns, num_out = grad_output.shape
    grad_weight = grad_output.new_zeros(*kernel_size, images.shape[3], num_out)
    grad_bias = grad_output.new_zeros(num_out)
    for padded, gradient in zip(_pad_last(images, padding), grad_output, strict=True):
        grad_bias.add_(gradient.sum((0, 1)))
        for i in range(kernel_size[0]):
            for j in range(kernel_size[1]):
                seen = padded[i * dilation[0] :: stride[0], j * dilation[1] :: stride[1]]
                seen = seen[:rows, :columns].flatten(0, 1)
                grad_weight[i, j].addmm_(seen.T, gradient.flatten(0, 1))
    return grad_weight, grad_bias


def strides_of_memory(grad_output, images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding).contiguous()
    num, rows, columns, _ = grad_output.shape
    image, row, column, channel = padded.stride()
    taps = (row * dilation[0], column * dilation[1])
    places = (row * stride[0], column * stride[1])
    shape = (*kernel_size, padded.shape[3], num, rows, columns)
    windows = padded.as_strided(shape, (*taps, channel, image, *places))
    return torch.tensordot(windows, grad_output, dims=3), grad_output.flatten(0, 2).sum(dim=0)


def spreads_the_gradient(grad_output, images, kernel_size, stride, padding, dilation):
    """Put the stride's gaps between the gradients; then each tap needs one product only."""
    padded = _pad_last(images, padding)
    num, rows, columns, num_out = grad_output.shape
    size = ((rows - 1) * stride[0] + 1, (columns - 1) * stride[1] + 1)
    spread = grad_output.new_zeros(num, *size, num_out)
    spread[:, :: stride[0], :: stride[1]] = grad_output
    flat = spread.reshape(-1, num_out)
    taps = [
        padded[:, i * dilation[0] :, j * dilation[1] :][:, : size[0], : size[1]]
        for i in range(kernel_size[0])
        for j in range(kernel_size[1])
    ]
    products = torch.stack([tap.reshape(-1, images.shape[3]).T @ flat for tap in taps])
    return products.view(*kernel_size, *products.shape[1:]), flat.sum(dim=0)
