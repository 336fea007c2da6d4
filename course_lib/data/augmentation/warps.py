"""Changes that ask for each new pixel where it comes from, so that none stays empty."""

from abc import abstractmethod
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int64, Integer, Num
from torch import Tensor
from torch.nn.functional import grid_sample

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.ranges import Number, require_one_of
from course_lib.data.pixels import in_dtype, working_dtype
from course_lib.data.sizes import Pair

BORDERS = ("zeros", "border", "reflection")
Places = tuple[Float[Tensor, "n h w"], Float[Tensor, "n h w"]]


@dataclass(frozen=True)
class Warp(Augmentation):
    """What the warps share: beyond the border lies `fill`, or what `sample` says."""

    fill: Number = field(default=0, kw_only=True)
    padding_mode: str = field(default="zeros", kw_only=True)

    def __post_init__(self):
        require_one_of("padding_mode", self.padding_mode, BORDERS)

    @abstractmethod
    def sources(self, keys: Int64[Tensor, "n"], size: Pair) -> Places:
        """x and y of where each pixel of an image of this size comes from."""

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        places = self.sources(keys, tuple(images.shape[-2:]))
        return sample(images, places, False, self.fill, self.padding_mode)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n h w"]:
        places = self.sources(keys, tuple(maps.shape[-2:]))
        return sample(maps[:, None], places, True, void, self.padding_mode)[:, 0]


def sample(
    images: Num[Tensor, "n c h w"],
    places: tuple[Float[Tensor, "n out_h out_w"], Float[Tensor, "n out_h out_w"]],
    nearest: bool = False,
    fill: Number = 0,
    padding_mode: str = "zeros",
) -> Num[Tensor, "n c out_h out_w"]:
    """The pixel at (x, y) of each image, out of its four neighbors or from the nearest.

    Places count pixels from the left and upper edge: the first has its middle at (0.5, 0.5).
    Beyond the border lies `fill`; or, as torch's grid_sample calls it, the "border" goes on, or
    the "reflection" of the image begins.
    """
    (x, y), (height, width) = places, images.shape[-2:]
    dtype = working_dtype(images.dtype)
    grid = torch.stack((2 * x / width - 1, 2 * y / height - 1), dim=-1).to(dtype)
    # grid_sample knows no border but zeros: lowered by `fill`, zeros are what we want.
    values = grid_sample(
        images.to(dtype) - fill,
        grid,
        mode="nearest" if nearest else "bilinear",
        padding_mode=padding_mode,
        align_corners=False,
    )
    return in_dtype(values + fill, images.dtype)


def pixel_centers(size: Pair, device: torch.device | str = "cpu") -> Places:
    """x and y of the middle of each pixel, as of one image."""
    rows, columns = (torch.arange(length, device=device) + 0.5 for length in size)
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    return x[None], y[None]
