"""Sliding windows: look everywhere, at every size. The oldest proposals, and the most.

Source: the object detection slides of michigan_2025 ("too many positions and scales to test").
"""

from collections.abc import Iterator
from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers import output_size


def sliding_windows(
    image_size: tuple[int, int],
    window: int,
    stride: int,
    scales: tuple[float, ...] = (1.0,),
    ratios: tuple[float, ...] = (1.0,),
) -> Float[Tensor, "n 4"]:
    """List all windows of an image of `image_size` (height, width), row by row, size by size.

    For each scale s and each ratio r = height / width a window has the area of a square with
    sides s times `window`, its own sides rounded to whole pixels. It moves by `stride` pixels and
    stays inside the image; a size that does not fit gives no window.
    """
    boxes = [torch.empty(0, 4)]
    for size in _sizes(window, scales, ratios):
        rows, columns = _places(image_size, size, stride)
        y, x = torch.meshgrid(
            torch.arange(rows) * stride, torch.arange(columns) * stride, indexing="ij"
        )
        corner = torch.stack([x.flatten(), y.flatten()], dim=1)
        boxes.append(torch.cat([corner, corner + torch.tensor(size[::-1])], dim=1).float())
    return torch.cat(boxes)


def num_sliding_windows(
    image_size: tuple[int, int],
    window: int,
    stride: int,
    scales: tuple[float, ...] = (1.0,),
    ratios: tuple[float, ...] = (1.0,),
) -> int:
    """Count them without listing them: for each size, what a convolution's output would hold."""
    counts = (_places(image_size, size, stride) for size in _sizes(window, scales, ratios))
    return sum(rows * columns for rows, columns in counts)


def num_boxes(image_size: tuple[int, int]) -> int:
    """Count all boxes of whole pixels that an image has: h (h + 1) / 2 times w (w + 1) / 2."""
    height, width = image_size
    return height * (height + 1) // 2 * (width * (width + 1) // 2)


def _sizes(
    window: int, scales: tuple[float, ...], ratios: tuple[float, ...]
) -> Iterator[tuple[int, int]]:
    """Height and width of each kind of window."""
    for name, numbers in (("window", (window,)), ("scales", scales), ("ratios", ratios)):
        if min(numbers, default=1) <= 0:
            raise ValueError(f"{name} must be above 0, but it is {numbers}.")
    for scale in scales:
        for ratio in ratios:
            height, width = window * scale * sqrt(ratio), window * scale / sqrt(ratio)
            yield max(round(height), 1), max(round(width), 1)


def _places(image_size: tuple[int, int], size: tuple[int, int], stride: int) -> tuple[int, int]:
    if size[0] > image_size[0] or size[1] > image_size[1]:
        return 0, 0
    return output_size(image_size, size, stride)
