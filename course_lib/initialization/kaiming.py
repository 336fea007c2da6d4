"""He initialization: keep the variance of signals, or that of gradients, in a network of ReLUs.

ReLU sets half of the numbers to 0, and with them half of the power goes; twice the variance
makes up for it:

    Var(w) = gain^2 / fan          gain^2 = 2 for ReLU, and colorado_2025's sigma = sqrt(2 / n_in)

With the fan in, signals keep their scale on the way forward; with the fan out, gradients do on
the way back. Biases start at 0.
Source: He, Zhang, Ren & Sun 2015, "Delving deep into rectifiers", arXiv:1502.01852, equations
10 (forward), 14 (backward) and 15 (leaky). torch calls it by the first name, Kaiming. It is what
trains ResNet, where sharif_2024 says "Xavier initialization from He, et al.".
"""

import math

import torch
from jaxtyping import Float
from torch import Generator, Tensor

from course_lib.initialization.fans import fan_in_and_fan_out
from course_lib.initialization.gains import calculate_gain

Weight = Float[Tensor, "c_out c_in *kernel"]


@torch.no_grad()
def kaiming_normal_(
    tensor: Weight,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Weight:
    """Draw from a normal distribution, in place; returns `tensor`.

    `a` is the slope of a leaky ReLU where the input is negative; 0, the default, makes it ReLU.
    `mode` is "fan_in" or "fan_out". Raises ValueError for an unknown mode or nonlinearity.
    """
    return tensor.normal_(0, _deviation(tensor, a, mode, nonlinearity), generator=generator)


@torch.no_grad()
def kaiming_uniform_(
    tensor: Weight,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Weight:
    """Draw evenly from -b to b, in place; b^2 / 3 is the variance. Arguments as above."""
    bound = math.sqrt(3) * _deviation(tensor, a, mode, nonlinearity)
    return tensor.uniform_(-bound, bound, generator=generator)


def _deviation(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    fan_in, fan_out = fan_in_and_fan_out(tensor)
    fans = {"fan_in": fan_in, "fan_out": fan_out}
    if mode not in fans:
        raise ValueError(f"mode is {mode!r}; say 'fan_in' or 'fan_out'.")
    return calculate_gain(nonlinearity, a) / math.sqrt(fans[mode])
