"""Blur by a Gaussian. Lecture: sharif_2024."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32, Int64, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.borders import padded
from course_lib.data.augmentation.keys import uniform
from course_lib.data.augmentation.ranges import Number, require_range
from course_lib.data.pixels import in_dtype, working_dtype


def gaussian(sigma: Float32[Tensor, "n"], radius: int) -> Float32[Tensor, "n taps"]:
    """The weights of 2 radius + 1 pixels in a row, of sum 1; sigma is in pixels."""
    places = torch.arange(-radius, radius + 1, device=sigma.device)
    return torch.softmax(-0.5 * (places / sigma[:, None]) ** 2, dim=1)


def blurred(
    images: Float[Tensor, "n c h w"], weights: Float[Tensor, "n taps"]
) -> Float[Tensor, "n c less_h less_w"]:
    """Weigh the neighbors, first in the column, then in the row. The size shrinks by taps - 1."""
    taps = weights[:, :, None, None, None].to(images.dtype).unbind(1)
    height, width = (length - len(taps) + 1 for length in images.shape[-2:])
    rows = sum(tap * images[:, :, at : at + height] for at, tap in enumerate(taps))
    return sum(tap * rows[..., at : at + width] for at, tap in enumerate(taps))


def gaussian_blur(
    images: Num[Tensor, "n c h w"], sigma: Float32[Tensor, "n"], radius: int
) -> Num[Tensor, "n c h w"]:
    """Blur each image by a sigma of its own, in pixels, as far as `radius` pixels reach.

    At the border the image is mirrored. ValueError where radius is not less than the image.
    """
    values = padded(images, (radius, radius), 0, "reflect").to(working_dtype(images.dtype))
    return in_dtype(blurred(values, gaussian(sigma, radius)), images.dtype)


@dataclass(frozen=True)
class GaussianBlur(Augmentation):
    """Blur by a sigma drawn from (smallest, largest), in pixels."""

    smallest: Number = 0.1
    largest: Number = 2.0

    def __post_init__(self):
        require_range("(smallest, largest)", self.smallest, self.largest, 1e-3)

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        sigma = uniform(keys, 1, self.smallest, self.largest)[:, 0]
        return gaussian_blur(images, sigma, radius=math.ceil(3 * self.largest))
