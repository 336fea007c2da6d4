"""First values that do not look at the size of a layer: one distribution, or one number, for all.

This is how networks began before Xavier. A deviation that suits one width makes the signals of
another vanish or explode. A constant is for biases: units with equal weights get equal gradients
and stay equal for ever.
"""

import torch
from jaxtyping import Float
from torch import Generator, Tensor


@torch.no_grad()
def normal_(
    tensor: Float[Tensor, "*shape"],
    mean: float = 0.0,
    std: float = 1.0,
    generator: Generator | None = None,
) -> Float[Tensor, "*shape"]:
    """Draw from a normal distribution, in place; returns `tensor`.

    VGG (Simonyan & Zisserman 2014, arXiv:1409.1556, section 3.1) starts with std = 0.1, a
    variance of 0.01. Raises ValueError for a negative std.
    """
    if not std >= 0:
        raise ValueError(f"std is {std}; give a number of 0 or more.")
    return tensor.normal_(mean, std, generator=generator)


@torch.no_grad()
def uniform_(
    tensor: Float[Tensor, "*shape"],
    a: float = 0.0,
    b: float = 1.0,
    generator: Generator | None = None,
) -> Float[Tensor, "*shape"]:
    """Draw evenly from `a` to `b`, in place; returns `tensor`. ValueError where a > b."""
    if not a <= b:
        raise ValueError(f"a is {a} and b {b}; a must not be above b.")
    return tensor.uniform_(a, b, generator=generator)


@torch.no_grad()
def constant_(tensor: Float[Tensor, "*shape"], val: float) -> Float[Tensor, "*shape"]:
    """Set all to one number, in place; returns `tensor`."""
    return tensor.fill_(val)
