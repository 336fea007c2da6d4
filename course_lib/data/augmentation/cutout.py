"""Blank out a square. Lecture: sharif_2024.

Source: DeVries & Taylor 2017, arXiv:1708.04552, section 3.2.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Int64, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import integers
from course_lib.data.augmentation.ranges import Number
from course_lib.data.sizes import Size, pair


def cut_out(
    images: Num[Tensor, "n c h w"],
    top: Int64[Tensor, "n"],
    left: Int64[Tensor, "n"],
    size: Size,
    fill: Number | tuple[Number, ...] = 0,
) -> Num[Tensor, "n c h w"]:
    """Give the rectangle at (top, left) of each image the color `fill`.

    What of it lies beyond the border is lost. `fill` is one number, or one for each channel.
    """
    (high, wide), (height, width) = pair(size, "size"), images.shape[-2:]
    rows = torch.arange(height, device=images.device) - top[:, None]
    columns = torch.arange(width, device=images.device) - left[:, None]
    inside_rows, inside_columns = (rows >= 0) & (rows < high), (columns >= 0) & (columns < wide)
    inside = inside_rows[:, None, :, None] & inside_columns[:, None, None, :]  # n 1 h w
    if isinstance(fill, tuple):
        color = torch.tensor(fill, device=images.device).to(images.dtype).view(-1, 1, 1)
        return torch.where(inside, color, images)
    return images.masked_fill(inside, fill)


@dataclass(frozen=True)
class Cutout(Augmentation):
    """A square of `size` pixels whose middle is any pixel of the image, every one alike.

    Near the border, part of the square lies outside, as in the paper: so some images lose less.
    The paper takes 16 for CIFAR-10 and 8 for CIFAR-100, and blanks after the mean was subtracted:
    the mean color of the training set as `fill` does the same to images that are not yet centered.
    """

    size: Size = 16
    fill: Number | tuple[Number, ...] = 0

    def __post_init__(self):
        pair(self.size, "size")

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        row, column = integers(keys, *images.shape[-2:])
        high, wide = pair(self.size, "size")
        return cut_out(images, row - high // 2, column - wide // 2, self.size, self.fill)
