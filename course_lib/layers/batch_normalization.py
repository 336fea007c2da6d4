"""Batch normalization: every channel gets mean 0 and variance 1, then a scale and a shift to learn.

Over the m numbers x_i that a batch holds of one channel, from all images and all places,

    mu = 1/m sum of x_i                            mean
    sigma^2 = 1/m sum of (x_i - mu)^2              variance
    x_hat_i = (x_i - mu) / sqrt(sigma^2 + eps)
    y_i = gamma x_hat_i + beta                     gamma is `weight`, beta is `bias`

In evaluation mu and sigma^2 are the running averages: an image's output no longer depends on
the other images of its batch.
Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1 and the derivatives of section 3.
Differs from the paper: the running averages forget exponentially, as torch's do.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.channels import all_but_channels, beside, require_channels
from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import require_shape


def batch_norm(
    input: Float[Tensor, "n c *space"],
    running_mean: Float[Tensor, " c"] | None,
    running_var: Float[Tensor, " c"] | None,
    weight: Float[Tensor, " c"] | None = None,
    bias: Float[Tensor, " c"] | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Float[Tensor, "n c *space"]:
    """Normalize each channel; equals torch.nn.functional.batch_norm.

    `input` is (n, c), what a fully connected layer gives, (n, c, length) or (n, c, h, w). With
    `training` the batch's own mean and variance are used, and running averages, if given, are
    updated in place: new = (1 - momentum) * old + momentum * the batch's. The running variance
    takes the sum of squares over m - 1, unbiased, for it speaks of all images and not of these.

    Raises ValueError where a batch to train on has fewer than two numbers a channel, where
    evaluation lacks running averages, and for shapes that do not fit.
    """
    _check(input, weight, bias, training, eps, running_mean, running_var)
    x = input.to(sum_dtype(input))
    mean, var = _statistics(x, training, running_mean, running_var)
    if training and running_mean is not None:
        m = _numbers_per_channel(input)
        _move(running_mean, mean, momentum)
        _move(running_var, var * (m / (m - 1)), momentum)
    scale = (var + eps).rsqrt()
    output = x - beside(mean, x)
    output *= beside(scale if weight is None else scale * weight, x)
    if bias is not None:
        output += beside(bias, x)
    return output.to(input.dtype)


def batch_norm_backward(
    grad_output: Float[Tensor, "n c *space"],
    input: Float[Tensor, "n c *space"],
    weight: Float[Tensor, " c"] | None = None,
    bias: Float[Tensor, " c"] | None = None,
    training: bool = False,
    eps: float = 1e-5,
    *,
    running_mean: Float[Tensor, " c"] | None = None,
    running_var: Float[Tensor, " c"] | None = None,
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Find the gradients of input, weight and bias (None for what is absent).

    In training every x_i acts in three ways, by itself, through the variance and through the
    mean, and the three gradients add up. With d for the derivatives of the loss,

        d x_hat_i = gamma d y_i
        d sigma^2 = sum of d x_hat_i (x_i - mu) * -1/2 (sigma^2 + eps)^(-3/2)
        d mu = sum of d x_hat_i * -1 / sqrt(sigma^2 + eps)
        d x_i = d x_hat_i / sqrt(sigma^2 + eps) + d sigma^2 * 2 (x_i - mu) / m + d mu / m
        d gamma = sum of d y_i x_hat_i
        d beta = sum of d y_i

    This needs the batch alone. In evaluation mu and sigma^2 are constants, so the first term of
    d x_i is all there is: give the running averages that the forward used.
    """
    _check(input, weight, bias, training, eps, running_mean, running_var)
    require_shape("grad_output", grad_output, tuple(input.shape))
    x, grad_output = input.to(sum_dtype(input)), grad_output.to(sum_dtype(input))
    mean, var = _statistics(x, training, running_mean, running_var)
    inverse = (var + eps).rsqrt()  # 1 / sqrt(sigma^2 + eps)
    centered, dims = x - beside(mean, x), all_but_channels(x)
    grad_sum = grad_output.sum(dims)
    centered_sum = (grad_output * centered).sum(dims)  # of grad_output_i times (x_i - mu)
    grad_weight = None if weight is None else (centered_sum * inverse).to(weight.dtype)
    grad_bias = None if bias is None else grad_sum.to(bias.dtype)
    # gamma is the same for all i, so it is multiplied after the sums.
    gamma = torch.ones_like(inverse) if weight is None else weight
    grad_input = grad_output * beside(gamma * inverse, x)
    if training:
        m = _numbers_per_channel(x)
        grad_var = gamma * centered_sum * -0.5 * inverse**3
        # The paper has one term more here, times the sum of x_i - mu, which is 0.
        grad_mean = -gamma * grad_sum * inverse
        grad_input += centered.mul_(beside(grad_var * 2 / m, x))
        grad_input += beside(grad_mean / m, x)
    return grad_input.to(input.dtype), grad_weight, grad_bias


def _statistics(
    x: Tensor, training: bool, running_mean: Tensor | None, running_var: Tensor | None
) -> tuple[Float[Tensor, " c"], Float[Tensor, " c"]]:
    """Return mu and sigma^2: the batch's own in training, the running ones in evaluation."""
    if not training:
        return running_mean.to(x.dtype), running_var.to(x.dtype)
    mean = x.mean(all_but_channels(x))
    # Not the mean of the squares minus the square of the mean: that loses the digits of both.
    return mean, (x - beside(mean, x)).square_().mean(all_but_channels(x))


def _move(average: Float[Tensor, " c"], new: Float[Tensor, " c"], momentum: float) -> None:
    average.mul_(1 - momentum).add_(momentum * new.detach())


def _numbers_per_channel(input: Tensor) -> int:
    """The m of the formulas."""
    return len(input) * math.prod(input.shape[2:])


def _check(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    eps: float,
    running_mean: Tensor | None,
    running_var: Tensor | None,
) -> None:
    require_channels(input)
    if (running_mean is None) != (running_var is None):
        raise ValueError("Give running_mean and running_var, or neither of them.")
    if not training and running_mean is None:
        raise ValueError(
            "training=False normalizes with running_mean and running_var: give both, "
            "or training=True to use the batch's own."
        )
    if training and _numbers_per_channel(input) < 2:
        raise ValueError(
            f"input {tuple(input.shape)} has {_numbers_per_channel(input)} number(s) a channel; "
            "training needs two at least, for one has no variance. Use a larger batch."
        )
    if eps < 0:
        raise ValueError(f"eps is {eps}; it keeps a root's argument positive, give 0 or more.")
    one_a_channel = {"running_mean": running_mean, "running_var": running_var}
    for name, numbers in (one_a_channel | {"weight": weight, "bias": bias}).items():
        if numbers is not None:
            require_shape(name, numbers, (input.shape[1],))
