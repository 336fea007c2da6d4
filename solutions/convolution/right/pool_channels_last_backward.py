"""Right gradients of max pooling, computed in unusual ways."""

import numpy as np
import torch


def loops_over_everything(grad_output, images, kernel_size, stride, padding, dilation):
    top, _, left, _ = padding
    num, height, width, channels = images.shape
    grad = torch.zeros(images.shape, dtype=images.dtype, device=images.device)
    for n in range(num):
        for y in range(grad_output.shape[1]):
            for x in range(grad_output.shape[2]):
                for channel in range(channels):
                    seen = {}
                    for i in range(kernel_size[0]):
                        for j in range(kernel_size[1]):
                            row = y * stride[0] + i * dilation[0] - top
                            column = x * stride[1] + j * dilation[1] - left
                            if 0 <= row < height and 0 <= column < width:
                                seen[row, column] = images[n, row, column, channel].item()
                    row, column = max(seen, key=seen.get)
                    grad[n, row, column, channel] += grad_output[n, y, x, channel]
    return grad


def _pad_last(images, padding, value=-torch.inf):
    top, bottom, left, right = padding
    return torch.nn.functional.pad(images, (0, 0, left, right, top, bottom), value=value)


def _windows(padded, kernel_size, stride, dilation):
    """n, rows, columns, channels, kernel height, kernel width; a view."""
    for axis in range(2):
        reach = dilation[axis] * (kernel_size[axis] - 1) + 1
        padded = padded.unfold(axis + 1, reach, stride[axis])
    return padded[..., :: dilation[0], :: dilation[1]]


def _cropped(padded, padding):
    top, bottom, left, right = padding
    return padded[:, top : padded.shape[1] - bottom, left : padded.shape[2] - right]


def adds_where_equal_to_the_largest(grad_output, images, kernel_size, stride, padding, dilation):
    """Without ties, being equal to the largest is being it."""
    padded = _pad_last(images, padding)
    grad = torch.zeros_like(padded)
    windows, targets = (_windows(each, kernel_size, stride, dilation) for each in (padded, grad))
    winners = windows == windows.amax(dim=(4, 5), keepdim=True)
    for i in range(kernel_size[0]):
        for j in range(kernel_size[1]):
            targets[..., i, j] += grad_output * winners[..., i, j]
    return _cropped(grad, padding)


def scatters_to_numbered_pixels(grad_output, images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding)
    num, height, width, channels = padded.shape
    numbers = torch.arange(height * width, device=images.device).view(1, height, width, 1)
    numbers = _windows(numbers, kernel_size, stride, dilation).flatten(4)
    winners = _windows(padded, kernel_size, stride, dilation).flatten(4).argmax(dim=4)
    where = numbers.expand(*winners.shape, -1).gather(4, winners[..., None])[..., 0]
    grad = images.new_zeros(num, height * width, channels)
    grad.scatter_add_(1, where.flatten(1, 2), grad_output.flatten(1, 2))
    return _cropped(grad.view(padded.shape), padding)


def folds_marked_columns(grad_output, images, kernel_size, stride, padding, dilation):
    options = {"dilation": dilation, "stride": stride}
    first = _pad_last(images, padding, -1e30).permute(0, 3, 1, 2)
    num, channels, height, width = first.shape
    columns = torch.nn.functional.unfold(first, kernel_size, **options)
    columns = columns.view(num, channels, -1, columns.shape[2])
    marks = torch.nn.functional.one_hot(columns.argmax(dim=2), columns.shape[2]).transpose(2, 3)
    shares = marks * grad_output.permute(0, 3, 1, 2).flatten(2)[:, :, None]
    grad = torch.nn.functional.fold(shares.flatten(1, 2), (height, width), kernel_size, **options)
    return _cropped(grad.permute(0, 2, 3, 1), padding)


def numpy_inside(grad_output, images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding).numpy()
    grad = np.zeros_like(padded)
    n, y, x, channel = np.indices(grad_output.shape)
    taps = [(i, j) for i in range(kernel_size[0]) for j in range(kernel_size[1])]
    seen = [
        padded[n, y * stride[0] + i * dilation[0], x * stride[1] + j * dilation[1], channel]
        for i, j in taps
    ]
    winner = np.array(taps)[np.argmax(seen, axis=0)]
    row = y * stride[0] + winner[..., 0] * dilation[0]
    column = x * stride[1] + winner[..., 1] * dilation[1]
    np.add.at(grad, (n, row, column, channel), grad_output.numpy())
    return _cropped(grad, padding)


def puts_with_accumulation(grad_output, images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding)
    device = images.device
    best = _windows(padded, kernel_size, stride, dilation).flatten(4).argmax(dim=4)
    n, y, x, channel = torch.meshgrid(
        *(torch.arange(size, device=device) for size in grad_output.shape), indexing="ij"
    )
    row = y * stride[0] + (best // kernel_size[1]) * dilation[0]
    column = x * stride[1] + (best % kernel_size[1]) * dilation[1]
    grad = torch.zeros_like(padded)
    grad.index_put_((n, row, column, channel), grad_output, accumulate=True)
    return _cropped(grad, padding)


def tries_each_tap_against_all_others(grad_output, images, kernel_size, stride, padding, dilation):
    padded = _pad_last(images, padding)
    grad = torch.zeros_like(padded)
    windows = _windows(padded, kernel_size, stride, dilation).flatten(4)
    for number, pixel in enumerate(windows.unbind(4)):
        beats_all = (pixel[..., None] >= windows).all(dim=4)
        i, j = divmod(number, kernel_size[1])
        target = grad[:, i * dilation[0] :: stride[0], j * dilation[1] :: stride[1]]
        target = target[:, : pixel.shape[1], : pixel.shape[2]]
        target.add_(torch.where(beats_all, grad_output, 0.0))
    return _cropped(grad, padding)
