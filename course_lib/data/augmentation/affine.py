"""Rotation, shear and stretch: changes that keep lines straight. Lecture: sharif_2024."""

from abc import abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float32, Int64, Num
from torch import Tensor

from course_lib.data.augmentation.keys import uniform
from course_lib.data.augmentation.matrices import about_center, matrix, scale_and_shift
from course_lib.data.augmentation.ranges import Number, require_not_negative
from course_lib.data.augmentation.warps import Places, Warp, pixel_centers, sample
from course_lib.data.sizes import Pair


def affine(
    images: Num[Tensor, "n c h w"],
    moves: Float32[Tensor, "n 3 3"],
    nearest: bool = False,
    fill: Number = 0,
    padding_mode: str = "zeros",
) -> Num[Tensor, "n c h w"]:
    """Move the points of each image by a matrix of its own; the size stays (see `sample`)."""
    places = _sources(moves, tuple(images.shape[-2:]))
    return sample(images, places, nearest, fill, padding_mode)


def rotations(degrees: Float32[Tensor, "n"]) -> Float32[Tensor, "n 3 3"]:
    """Turn about (0, 0): to the left, as one sees it, for a positive number of degrees."""
    cosine, sine = degrees.deg2rad().cos(), degrees.deg2rad().sin()
    return matrix(((cosine, sine, 0), (-sine, cosine, 0)))


def shears(
    horizontal: Float32[Tensor, "n"], vertical: Float32[Tensor, "n"]
) -> Float32[Tensor, "n 3 3"]:
    """Push what is above (0, 0) to the right, then what is left of it down; in degrees."""
    aside, down = horizontal.deg2rad().tan(), vertical.deg2rad().tan()
    return matrix(((1, -aside, 0), (-down, 1 + aside * down, 0)))


@dataclass(frozen=True)
class AffineWarp(Warp):
    """What rotation, shear and stretch share."""

    @abstractmethod
    def _draw(self, keys: Int64[Tensor, "n"]) -> Float32[Tensor, "n 3 3"]:
        """A move about the point (0, 0) for each image."""

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        return about_center(self._draw(keys), size), size

    def sources(self, keys: Int64[Tensor, "n"], size: Pair) -> Places:
        return _sources(self.moves(keys, size)[0], size)


@dataclass(frozen=True)
class RandomRotation(AffineWarp):
    """Turn about the middle, by up to `degrees` to the left or to the right."""

    degrees: Number

    def __post_init__(self):
        super().__post_init__()
        require_not_negative(degrees=self.degrees)

    def _draw(self, keys: Int64[Tensor, "n"]) -> Float32[Tensor, "n 3 3"]:
        return rotations(uniform(keys, 1, -self.degrees, self.degrees)[:, 0])


@dataclass(frozen=True)
class RandomShear(AffineWarp):
    """Push rows aside, by up to `horizontal` degrees, then columns, by up to `vertical`."""

    horizontal: Number
    vertical: Number = 0

    def __post_init__(self):
        super().__post_init__()
        if not (0 <= self.horizontal < 90 and 0 <= self.vertical < 90):
            raise ValueError(
                f"horizontal is {self.horizontal} and vertical {self.vertical}; give degrees, from "
                "0 (no change) to less than 90."
            )

    def _draw(self, keys: Int64[Tensor, "n"]) -> Float32[Tensor, "n 3 3"]:
        horizontal, vertical = uniform(keys, 2, -1, 1).unbind(1)
        return shears(self.horizontal * horizontal, self.vertical * vertical)


@dataclass(frozen=True)
class RandomStretch(AffineWarp):
    """Make wider or narrower by a factor from 1 / horizontal to horizontal, and higher alike.

    Evenly on a logarithmic scale: twice as wide is as likely as half as wide.
    """

    horizontal: Number
    vertical: Number = 1

    def __post_init__(self):
        super().__post_init__()
        if not (self.horizontal >= 1 and self.vertical >= 1):
            raise ValueError(
                f"horizontal is {self.horizontal} and vertical {self.vertical}; give factors, from "
                "1 (no change) upward."
            )

    def _draw(self, keys: Int64[Tensor, "n"]) -> Float32[Tensor, "n 3 3"]:
        horizontal, vertical = uniform(keys, 2, -1, 1).unbind(1)
        return scale_and_shift(self.horizontal**horizontal, self.vertical**vertical, 0, 0)


def _sources(moves: Tensor, size: Pair) -> Places:
    x, y = pixel_centers(size, moves.device)
    back = torch.linalg.inv_ex(moves).inverse[..., None, None]  # n 3 3 1 1
    return tuple(row[:, 0] * x + row[:, 1] * y + row[:, 2] for row in back.unbind(1)[:2])
