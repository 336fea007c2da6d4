"""Mirror images.

Lectures: colorado_2024, colorado_2025, kaist, michigan_2025 (left and right), sharif_2024 (both).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float32, Int64, Integer, Num, Shaped
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import chosen
from course_lib.data.augmentation.matrices import scale_and_shift
from course_lib.data.augmentation.ranges import Number, require_probability
from course_lib.data.sizes import Pair


def flip(
    pixels: Shaped[Tensor, "n *channels h w"], flipped: Bool[Tensor, "n"], dim: int = -1
) -> Shaped[Tensor, "n *channels h w"]:
    """Mirror the chosen images left to right (dim -1) or upside down (dim -2)."""
    if dim not in (-1, -2):
        raise ValueError(f"dim is {dim}; -1 mirrors left and right, -2 up and down.")
    mask = flipped.view(-1, *[1] * (pixels.dim() - 1))
    return torch.where(mask, pixels.flip(dim), pixels)


@dataclass(frozen=True)
class RandomHorizontalFlip(Augmentation):
    """Left becomes right, for each image with this probability."""

    probability: Number = 0.5
    dim = -1

    def __post_init__(self):
        require_probability(self.probability)

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        return flip(images, chosen(keys, self.probability), self.dim)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n h w"]:
        return flip(maps, chosen(keys, self.probability), self.dim)

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        flipped = chosen(keys, self.probability).float()
        sign, shift = 1 - 2 * flipped, flipped * size[self.dim]
        if self.dim == -1:
            return scale_and_shift(sign, 1, shift, 0), size
        return scale_and_shift(1, sign, 0, shift), size


@dataclass(frozen=True)
class RandomVerticalFlip(RandomHorizontalFlip):
    """Up becomes down, for each image with this probability."""

    dim = -2
