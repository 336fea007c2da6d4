"""Distortions that bend lines. Lecture: sharif_2024 (lens, elastic, grid).

They have no matrix, so boxes cannot follow them.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float32, Int64
from torch import Tensor
from torch.nn.functional import pad

from course_lib.data.augmentation.blur import blurred, gaussian
from course_lib.data.augmentation.keys import uniform
from course_lib.data.augmentation.ranges import Number, require_not_negative
from course_lib.data.augmentation.warps import Places, Warp, pixel_centers
from course_lib.data.sizes import Pair


def through_lens(strength: Float32[Tensor, "n"], size: Pair) -> Places:
    """Where the pixels of an image of this size come from, behind a lens of this strength (k)."""
    (height, width), (x, y) = size, pixel_centers(size, strength.device)
    x, y = x - width / 2, y - height / 2
    corner = (width**2 + height**2) / 4
    factor = 1 + strength[:, None, None] * (x**2 + y**2) / corner
    return width / 2 + factor * x, height / 2 + factor * y


def through_grid(cells: Float32[Tensor, "n steps"], length: int) -> Float32[Tensor, "n {length}"]:
    """Where the pixels of a row come from, when equal cells show cells in these proportions."""
    edges = pad((cells / cells.sum(dim=1, keepdim=True)).cumsum(dim=1), (1, 0)) * length
    place = (torch.arange(length, device=cells.device) + 0.5) * cells.shape[1] / length
    cell = place.long()
    start, end = edges[:, cell], edges[:, cell + 1]
    return start + (place - cell) * (end - start)


@dataclass(frozen=True)
class Distortion(Warp):
    """What the distortions share."""

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        raise ValueError(f"{self} bends lines, and boxes cannot follow it; leave it out for boxes.")


@dataclass(frozen=True)
class LensDistortion(Distortion):
    """See through a lens: a pixel at distance r from the middle comes from r (1 + k r^2).

    r is 1 at the corners; k is drawn from -strength to strength. Where k is positive, lines bow
    outward (barrel), where negative, inward (pincushion).
    Source: Brown 1966, "Decentering distortion of lenses", with its first radial term only.
    """

    strength: Number

    def __post_init__(self):
        super().__post_init__()
        if not 0 <= self.strength <= 1 / 3:  # beyond, r (1 - k r^2) turns back before the corner
            raise ValueError(f"strength is {self.strength}; give 0 (no change) to 1/3.")

    def sources(self, keys: Int64[Tensor, "n"], size: Pair) -> Places:
        return through_lens(uniform(keys, 1, -self.strength, self.strength)[:, 0], size)


@dataclass(frozen=True)
class ElasticTransform(Distortion):
    """Shake each pixel, neighbors alike: noise from -1 to 1, blurred, times `alpha` / 2 pixels.

    Names, defaults and strength are torchvision's: it takes an image to be 2 wide, and shifts by
    `alpha` / width. There one field moves the whole batch; here each image has its own.
    Source: Simard, Steinkraus & Platt 2003, section 2.
    """

    alpha: Number = 50
    sigma: Number = 5

    def __post_init__(self):
        super().__post_init__()
        require_not_negative(alpha=self.alpha)
        if not self.sigma > 0:
            raise ValueError(f"sigma is {self.sigma}; give a number of pixels above 0.")

    def sources(self, keys: Int64[Tensor, "n"], size: Pair) -> Places:
        radius = round(4 * self.sigma)
        # Noise beyond the border too, so that the border moves as much as the middle.
        high, wide = (length + 2 * radius for length in size)
        noise = uniform(keys, 2 * high * wide, -1, 1).unflatten(1, (2, high, wide))
        weights = gaussian(torch.full((len(keys),), float(self.sigma), device=keys.device), radius)
        shift_x, shift_y = (self.alpha / 2 * blurred(noise, weights)).unbind(1)
        x, y = pixel_centers(size, keys.device)
        return x + shift_x, y + shift_y


@dataclass(frozen=True)
class GridDistortion(Distortion):
    """Lay `steps` x `steps` cells over the image and draw their widths and heights anew.

    Each is scaled by a factor from 1 - limit to 1 + limit; together they fill the image again.
    """

    steps: int = 5
    limit: Number = 0.3

    def __post_init__(self):
        super().__post_init__()
        if self.steps < 1 or not 0 <= self.limit < 1:
            raise ValueError(
                f"steps is {self.steps} and limit {self.limit}; give at least 1 step, and a limit "
                "from 0 (no change) to less than 1."
            )

    def sources(self, keys: Int64[Tensor, "n"], size: Pair) -> Places:
        factors = uniform(keys, 2 * self.steps, 1 - self.limit, 1 + self.limit).chunk(2, dim=1)
        y, x = (through_grid(cells, length) for cells, length in zip(factors, size, strict=True))
        x, y = torch.broadcast_tensors(x[:, None, :], y[:, :, None])
        return x, y
