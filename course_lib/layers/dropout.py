"""Dropout: train a different thinned network at every step, and use the whole one afterwards.

A unit is dropped with probability p and kept with probability 1 - p. So that the next layer
meets the same mean in training and at test time, one of two scalings is needed:

- inverted (torch, and all libraries today): kept units are divided by 1 - p in training;
- that of 2012: nothing in training, and all units are multiplied by 1 - p at test time.

Forwards return what they drew, which is all that the backwards need.
Sources: Hinton, Srivastava, Krizhevsky, Sutskever & Salakhutdinov 2012, arXiv:1207.0580;
Srivastava et al. 2014, JMLR 15, section 10 (noise in place of zeros); Tompson et al. 2015,
arXiv:1411.4280, section 3.2 (whole maps).
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from course_lib.layers.sizes import require_shape


def dropout(
    input: Float[Tensor, "*shape"],
    p: float = 0.5,
    training: bool = True,
    *,
    inverted: bool = True,
    generator: torch.Generator | None = None,
) -> tuple[Float[Tensor, "*shape"], Bool[Tensor, "*shape"]]:
    """Drop each number with probability p; return the output and the mask of what was kept.

    `inverted=False` is the scaling of 2012. Without `training` everything is kept.
    Raises ValueError for a p outside of 0 to 1.
    """
    mask = _draw(input, p, training, generator)
    return _thin(input, mask, p, training, inverted), mask


def dropout_backward(
    grad_output: Float[Tensor, "*shape"],
    mask: Bool[Tensor, "*shape"],
    p: float = 0.5,
    training: bool = True,
    *,
    inverted: bool = True,
) -> Float[Tensor, "*shape"]:
    """Give the gradient to the units that were kept, scaled as they were."""
    _check_probability(p)
    require_shape("mask", mask, tuple(grad_output.shape))
    return _thin(grad_output, mask, p, training, inverted)


def dropout2d(
    input: Float[Tensor, "n c h w"],
    p: float = 0.5,
    training: bool = True,
    *,
    inverted: bool = True,
    generator: torch.Generator | None = None,
) -> tuple[Float[Tensor, "n c h w"], Bool[Tensor, "n c 1 1"]]:
    """Drop whole maps: spatial dropout.

    Neighboring pixels hold nearly the same, so a single dropped one is told by those around it.
    The arguments and the errors are those of `dropout`.
    """
    if input.ndim != 4:
        raise ValueError(f"input must be (n, channels, height, width), not {tuple(input.shape)}.")
    mask = _draw(input.new_empty(*input.shape[:2], 1, 1), p, training, generator)
    return _thin(input, mask, p, training, inverted), mask


def dropout2d_backward(
    grad_output: Float[Tensor, "n c h w"],
    mask: Bool[Tensor, "n c 1 1"],
    p: float = 0.5,
    training: bool = True,
    *,
    inverted: bool = True,
) -> Float[Tensor, "n c h w"]:
    """Give the gradient to the maps that were kept, scaled as they were."""
    _check_probability(p)
    require_shape("mask", mask, (*grad_output.shape[:2], 1, 1))
    return _thin(grad_output, mask, p, training, inverted)


def gaussian_dropout(
    input: Float[Tensor, "*shape"],
    p: float = 0.5,
    training: bool = True,
    *,
    generator: torch.Generator | None = None,
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Multiply each number by noise of mean 1; return the output and the noise.

    The variance of the noise is p / (1 - p), that of what inverted dropout multiplies with
    (0 or 1 / (1 - p)). Without `training` the noise is 1. Raises ValueError unless 0 <= p < 1.
    """
    if not 0 <= p < 1:
        raise ValueError(f"p is {p}; noise of the variance p / (1 - p) needs 0 <= p < 1.")
    if not training:
        return input.clone(), torch.ones_like(input)
    deviation = math.sqrt(p / (1 - p))
    noise = torch.empty_like(input).normal_(1, deviation, generator=generator)
    return input * noise, noise


def gaussian_dropout_backward(
    grad_output: Float[Tensor, "*shape"], noise: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Multiply by the same noise; training or not, nothing else is needed."""
    require_shape("noise", noise, tuple(grad_output.shape))
    return grad_output * noise


def _draw(like: Tensor, p: float, training: bool, generator: torch.Generator | None) -> Tensor:
    """Say of each number of `like` whether it is kept."""
    _check_probability(p)
    if not training:
        return torch.ones_like(like, dtype=torch.bool)
    return torch.empty_like(like, dtype=torch.bool).bernoulli_(1 - p, generator=generator)


def _thin(values: Tensor, mask: Tensor, p: float, training: bool, inverted: bool) -> Tensor:
    thinned = values * mask
    thinned *= _scale(p, training, inverted)
    return thinned


def _scale(p: float, training: bool, inverted: bool) -> float:
    """What the numbers that are left are multiplied with."""
    if training:
        return 1 / (1 - p) if inverted and p < 1 else 1.0  # with p = 1 no number is left
    return 1.0 if inverted else 1 - p


def _check_probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}; the probability to drop a unit must lie in 0 to 1.")
