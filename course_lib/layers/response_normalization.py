"""Local response normalization: a loud channel turns its neighbors down.

    b[i] = a[i] / (k + alpha * sum over the window of a[j]^2)^beta

at each place (x, y) by itself, where the window is the n channels around i, n being `size`.
Source: Krizhevsky, Sutskever & Hinton 2012, section 3.3, with k = 2, n = 5, alpha = 1e-4 and
beta = 0.75. Two things are read in two ways:

- The scaling. The formula multiplies the sum of the squares by alpha. torch multiplies their
  mean, which is alpha / n times the sum; so did cuda-convnet, the program of the paper.
- The window. The formula's sum goes from i - n/2 to i + n/2, both ends included, and its text
  says n channels. For an odd n (half of it rounded down) both are true. For an even n the limits
  give n + 1 channels; torch takes n and leaves out the upper end.

At the first and last channels the window has fewer channels; a mean still divides by n.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.channels import require_channels
from course_lib.layers.precision import sum_dtype


def local_response_norm(
    input: Float[Tensor, "n c *space"],
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    *,
    divide_alpha: bool = True,
    both_ends: bool = False,
) -> Float[Tensor, "n c *space"]:
    """Divide each number by a power of what the channels around it hold at the same place.

    With the defaults it equals torch.nn.functional.local_response_norm. The paper's scaling is
    divide_alpha=False, the paper's limits of the sum both_ends=True (which matters for an even
    `size` only).

    Raises ValueError for a window without a channel.
    """
    x, below, above, scale = _settle(input, size, alpha, divide_alpha, both_ends)
    denominator = k + scale * _sum_over_window(x.square(), below, above)
    return (x * denominator**-beta).to(input.dtype)


def local_response_norm_backward(
    grad_output: Float[Tensor, "n c *space"],
    input: Float[Tensor, "n c *space"],
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    *,
    divide_alpha: bool = True,
    both_ends: bool = False,
) -> Float[Tensor, "n c *space"]:
    """Find the gradient of the input, which acts twice: as a numerator and in denominators.

    With d[i] for what is raised to beta, and g[i] for the gradient of b[i],

        g[j] / d[j]^beta - 2 alpha beta a[j] * sum over i of g[i] a[i] / d[i]^(beta + 1)

    The sum goes over the channels i whose window holds j: the window, mirrored.
    """
    x, below, above, scale = _settle(input, size, alpha, divide_alpha, both_ends)
    denominator = k + scale * _sum_over_window(x.square(), below, above)
    direct = grad_output * denominator**-beta
    blame = _sum_over_window(direct * x / denominator, below=above, above=below)
    return (direct - 2 * scale * beta * x * blame).to(input.dtype)


def _settle(
    input: Tensor, size: int, alpha: float, divide_alpha: bool, both_ends: bool
) -> tuple[Tensor, int, int, float]:
    """Return x, how many channels the window has below and above its own, and the sum's factor."""
    require_channels(input)
    below, above = window(size, both_ends)
    return input.to(sum_dtype(input)), below, above, alpha / size if divide_alpha else alpha


def window(size: int, both_ends: bool) -> tuple[int, int]:
    """How many channels a window has below its own and above it; ValueError for no channel."""
    if size < 1:
        raise ValueError(f"size is {size}; the window needs at least one channel.")
    return size // 2, size // 2 if both_ends else (size - 1) // 2


def _sum_over_window(
    values: Float[Tensor, "n c *space"], below: int, above: int
) -> Float[Tensor, "n c *space"]:
    """Add up the channels i - below to i + above; those that do not exist count as 0."""
    frame = [0, 0] * (values.ndim - 2) + [below, above]
    padded = torch.nn.functional.pad(values, frame)
    total = torch.zeros_like(values)
    for first in range(below + above + 1):
        total += padded[:, first : first + values.shape[1]]
    return total
