"""The worked example of a discrete convolution, line by line.

Lecture: michigan_2025, "Discrete Convolution": an image x of 3x3, a kernel k of 2x2, indices
from 1, and (x * k)[i, j] = sum over m, n of x[m, n] k[i - m + H, j - n + W].
"""

import torch
from torch import Tensor

from course_lib.layers import conv2d, discrete_convolution

IMAGE = torch.tensor([[0, 80, 40], [20, 40, 0], [0, 0, 40]], dtype=torch.float64)
KERNEL = torch.tensor([[0, 0.25], [0.5, 1]], dtype=torch.float64)


def convolution() -> list[float]:
    """The four numbers of x * k, row by row."""
    return discrete_convolution(IMAGE, KERNEL).flatten().tolist()


def convolution_by_the_definition() -> list[float]:
    """The lecture's double sum, term by term, with indices that count from 1."""
    return [_by_the_definition(i, j) for i in (1, 2) for j in (1, 2)]


def filter_slid_over_the_image() -> list[float]:
    """What sliding the flipped kernel gives: a product and a sum at each place, no flipping."""
    return conv2d(IMAGE[None, None], _flipped()[None, None]).flatten().tolist()


def flipped_kernel() -> list[float]:
    """k with rows and columns flipped, row by row: what the lecture defines as k with a tilde."""
    return _flipped().flatten().tolist()


def top_left() -> list[float]:
    """The four products that are printed in one line, and their sum."""
    return _line(0, 0)


def top_right() -> list[float]:
    """As `top_left`, one place to the right."""
    return _line(0, 1)


def bottom_left() -> list[float]:
    """As `top_left`, one place down."""
    return _line(1, 0)


def bottom_right() -> list[float]:
    """As `top_left`, one place down and one to the right."""
    return _line(1, 1)


def _flipped() -> Tensor:
    return KERNEL.flip(0, 1)


def _line(row: int, column: int) -> list[float]:
    products = _flipped() * IMAGE[row : row + 2, column : column + 2]
    return [*products.flatten().tolist(), products.sum().item()]


def _by_the_definition(i: int, j: int) -> float:
    height, width = KERNEL.shape
    return sum(
        (IMAGE[m - 1, n - 1] * KERNEL[i - m + height - 1, j - n + width - 1]).item()
        for m in range(i, i + height)
        for n in range(j, j + width)
    )
