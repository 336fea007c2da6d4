"""Right sizes, found in unusual ways."""

import math

import numpy as np
import torch


def counts_with_a_loop(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    sizes = []
    for axis, size in enumerate((image_size[0] + top + bottom, image_size[1] + left + right)):
        start = count = 0
        while start + dilation[axis] * (kernel_size[axis] - 1) < size:
            start, count = start + stride[axis], count + 1
        sizes.append(count)
    return sizes  # a list is as good as a tuple


def takes_the_length_of_a_range(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    down = range(0, image_size[0] + top + bottom - dilation[0] * (kernel_size[0] - 1), stride[0])
    across = range(0, image_size[1] + left + right - dilation[1] * (kernel_size[1] - 1), stride[1])
    return len(down), len(across)


def asks_a_view_of_an_empty_image(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    image = torch.empty(image_size[0] + top + bottom, image_size[1] + left + right)
    for axis in range(2):
        image = image.unfold(axis, dilation[axis] * (kernel_size[axis] - 1) + 1, stride[axis])
    return image.shape[:2]


def computes_with_numpy(image_size, kernel_size, stride, padding, dilation):
    sides = np.array(padding).reshape(2, 2).sum(axis=1)
    room = np.array(image_size) + sides - np.array(dilation) * (np.array(kernel_size) - 1) - 1
    height, width = room // np.array(stride) + 1
    return height, width  # numpy's own ints


def computes_with_tensors(image_size, kernel_size, stride, padding, dilation):
    image_size, kernel_size, stride, dilation = map(
        torch.tensor, (image_size, kernel_size, stride, dilation)
    )
    room = image_size + torch.tensor(padding).view(2, 2).sum(dim=1) - dilation * (kernel_size - 1)
    return torch.div(room - 1, stride, rounding_mode="floor") + 1


def rounds_down_a_fraction(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding

    def places(size, axis):
        reach = kernel_size[axis] + (kernel_size[axis] - 1) * (dilation[axis] - 1)
        return math.floor((size - reach + stride[axis]) / stride[axis])

    return places(image_size[0] + top + bottom, 0), places(image_size[1] + left + right, 1)


def rounds_up_without_the_one(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    starts = (
        image_size[0] + top + bottom - dilation[0] * (kernel_size[0] - 1),
        image_size[1] + left + right - dilation[1] * (kernel_size[1] - 1),
    )
    return tuple(-(-starts[axis] // stride[axis]) for axis in range(2))
