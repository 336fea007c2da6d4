"""Pixels as whole numbers and as floats, and the way from one to the other.

Images are uint8 from 0 to 255 or floating from 0 to 1, everywhere in this part of the course.
"""

import torch
from jaxtyping import Float, Num
from torch import Tensor


def require_pixels(images: Tensor) -> None:
    if images.dtype != torch.uint8 and not images.is_floating_point():
        raise ValueError(f"images is {images.dtype}; give uint8 (0 to 255) or floats (0 to 1).")


def from_pixels(images: Num[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Floats from 0 to 1: uint8 is divided by 255, floating images are taken as they are."""
    require_pixels(images)
    values = images.to(working_dtype(images.dtype))
    return values / 255 if images.dtype == torch.uint8 else values


def to_pixels(values: Float[Tensor, "*shape"], dtype: torch.dtype) -> Num[Tensor, "*shape"]:
    """Back to the dtype of the images; what left the range from 0 to 1 is cut off."""
    values = values.clamp(0, 1)
    return in_dtype(values * 255 if dtype == torch.uint8 else values, dtype)


def working_dtype(dtype: torch.dtype) -> torch.dtype:
    """What to compute in: whole numbers and half precision need the room of float32."""
    return dtype if dtype in (torch.float32, torch.float64) else torch.float32


def in_dtype(values: Float[Tensor, "*shape"], dtype: torch.dtype) -> Num[Tensor, "*shape"]:
    """The same numbers in this dtype, rounded where it holds whole numbers only."""
    return (values if dtype.is_floating_point else values.round()).to(dtype)
