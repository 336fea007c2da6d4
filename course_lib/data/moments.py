"""Means, deviations and covariances of image sets that are too large to be copied as floats.

All is summed in float64, a piece of the set at a time. Pixels go from 0 to 1.
"""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float64, Num
from torch import Tensor

from course_lib.data.pixels import require_pixels

PIECE_NUMBERS = 2**22  # 32 MB as float64


def mean_of(images: Num[Tensor, "n ..."], dim: tuple[int, ...]) -> Float64[Tensor, "..."]:
    """The mean over these dimensions, the first of the images among them."""
    total = sum(piece.sum(dim) for piece in pieces(images))
    return total / (images.numel() // total.numel())


def channel_deviation(
    images: Num[Tensor, "n c h w"], mean: Float64[Tensor, "c 1 1"]
) -> Float64[Tensor, "c 1 1"]:
    """The standard deviation of all pixels of a channel, by their number, not one less."""
    total = sum((piece - mean).square().sum((0, 2, 3)) for piece in pieces(images))
    return (total / (images.numel() // total.numel())).sqrt()[:, None, None]


def covariance(
    images: Num[Tensor, "n ..."],
    mean: Float64[Tensor, "d"],
    vectors: Callable[[Tensor], Tensor],
) -> Float64[Tensor, "d d"]:
    """The mean product of two numbers of a vector, each less its mean.

    `vectors` makes a (vectors, d) table out of some of the images.
    """
    total = 0
    for piece in pieces(images):
        rows = vectors(piece) - mean
        total = total + rows.T @ rows
    return total / (images.numel() // len(mean))


def pieces(images: Num[Tensor, "n ..."]) -> Iterator[Float64[Tensor, "_ ..."]]:
    """The set, a part at a time, as float64 from 0 to 1. ValueError for an empty set."""
    require_pixels(images)
    if not images.numel():
        raise ValueError(f"images is empty, {tuple(images.shape)}; statistics need an image.")
    scale = 255 if images.dtype == torch.uint8 else 1
    for part in images.split(max(1, PIECE_NUMBERS * len(images) // images.numel())):
        yield part.double() / scale
