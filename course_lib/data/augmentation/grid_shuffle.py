"""Cut the image into tiles and lay them in another order. Lecture: sharif_2024."""

from dataclasses import dataclass

import torch
from jaxtyping import Int64, Integer, Num, Shaped
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import uniform
from course_lib.data.sizes import Pair, Size, pair


def shuffle_tiles(
    images: Shaped[Tensor, "n c h w"], order: Int64[Tensor, "n tiles"], grid: Size
) -> Shaped[Tensor, "n c h w"]:
    """Lay tile order[i] where tile i was, counted row by row.

    A size that the grid does not divide leaves a margin on the right and below as it is.
    """
    rows, columns = pair(grid, "grid")
    high, wide = images.shape[2] // rows, images.shape[3] // columns
    if not (high and wide):
        raise ValueError(f"grid {grid} cuts images of {tuple(images.shape[-2:])} into nothing.")
    inner = images[:, :, : rows * high, : columns * wide]
    tiles = inner.unflatten(3, (columns, wide)).unflatten(2, (rows, high))  # n c rows h columns w
    tiles = tiles.permute(0, 2, 4, 1, 3, 5).flatten(1, 2)  # n tiles c h w
    tiles = tiles[torch.arange(len(tiles), device=tiles.device)[:, None], order]
    tiles = tiles.unflatten(1, (rows, columns)).permute(0, 3, 1, 4, 2, 5)  # n c rows h columns w
    output = images.clone()
    output[:, :, : rows * high, : columns * wide] = tiles.flatten(4, 5).flatten(2, 3)
    return output


@dataclass(frozen=True)
class GridShuffle(Augmentation):
    """The tiles of a grid in a random order, every order alike."""

    grid: Size = 3

    def __post_init__(self):
        pair(self.grid, "grid")

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        return shuffle_tiles(images, self._order(keys), self.grid)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n h w"]:
        return shuffle_tiles(maps[:, None], self._order(keys), self.grid)[:, 0]

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Tensor, Pair]:
        raise ValueError(f"{self} tears images apart, and boxes with them; leave it out for boxes.")

    def _order(self, keys: Tensor) -> Tensor:
        rows, columns = pair(self.grid, "grid")
        return uniform(keys, rows * columns).argsort(dim=1)
