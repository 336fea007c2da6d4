"""Xavier initialization: keep the variance of signals and of gradients in a linear network.

A unit adds fan_in products, so its variance is that of its inputs where Var(w) = 1 / fan_in; on
the way back the same holds for 1 / fan_out. Xavier's is the compromise,

    Var(w) = gain^2 * 2 / (fan_in + fan_out)

Source: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural
networks", equations 12 and 16 (gain 1). Xavier is Glorot's first name. The derivation takes the
activation for the identity near 0, which tanh is and ReLU is not (colorado_2025): see `kaiming`.
"""

import math

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from course_lib.initialization.fans import fan_in_and_fan_out

Weight = Float[Tensor, "c_out c_in *kernel"]


@torch.no_grad()
def xavier_normal_(tensor: Weight, gain: float = 1.0, generator: Generator | None = None) -> Weight:
    """Draw from a normal distribution, in place; returns `tensor`."""
    return tensor.normal_(0, _deviation(tensor, gain), generator=generator)


@torch.no_grad()
def xavier_uniform_(
    tensor: Weight, gain: float = 1.0, generator: Generator | None = None
) -> Weight:
    """Draw evenly from -a to a, in place; a^2 / 3 is the variance. Returns `tensor`."""
    bound = math.sqrt(3) * _deviation(tensor, gain)
    return tensor.uniform_(-bound, bound, generator=generator)


def _deviation(tensor: Tensor, gain: float) -> float:
    fan_in, fan_out = fan_in_and_fan_out(tensor)
    return gain * math.sqrt(2 / (fan_in + fan_out))
