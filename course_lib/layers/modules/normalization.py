"""Normalization: over the batch, with running averages, and over neighboring channels."""

from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.batch_normalization import batch_norm, batch_norm_backward
from course_lib.layers.gradients import with_gradient
from course_lib.layers.response_normalization import (
    local_response_norm,
    local_response_norm_backward,
)


class BatchNorm1d(torch.nn.BatchNorm1d):
    """`batch_norm` of (n, c) or (n, c, length), with its weights and its running averages."""

    def forward(self, input: Float[Tensor, "n c *length"]) -> Float[Tensor, "n c *length"]:
        if input.ndim not in (2, 3):
            raise ValueError(f"input must be (n, c) or (n, c, length), not {tuple(input.shape)}.")
        return _normalize(self, input)


class BatchNorm2d(torch.nn.BatchNorm2d):
    """`batch_norm` of images, with its weights and its running averages."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        if input.ndim != 4:
            raise ValueError(f"input must be (n, c, h, w), not {tuple(input.shape)}.")
        return _normalize(self, input)


class LocalResponseNorm(torch.nn.LocalResponseNorm):
    """`local_response_norm` as torch scales it: alpha multiplies the mean of the squares."""

    def forward(self, input: Float[Tensor, "n c *space"]) -> Float[Tensor, "n c *space"]:
        return _respond(self, input)


class SummedResponseNorm(torch.nn.LocalResponseNorm):
    """`local_response_norm` as the paper's formula scales it: alpha multiplies the sum of squares.

    The defaults are those of Krizhevsky et al. 2012. torch's module gives the same numbers with
    alpha=size * alpha, as long as size is odd.
    """

    def __init__(self, size: int = 5, alpha: float = 1e-4, beta: float = 0.75, k: float = 2.0):
        super().__init__(size, alpha, beta, k)

    def forward(self, input: Float[Tensor, "n c *space"]) -> Float[Tensor, "n c *space"]:
        return _respond(self, input, divide_alpha=False, both_ends=True)


def _normalize(module: BatchNorm1d | BatchNorm2d, input: Tensor) -> Tensor:
    """Evaluate with the running averages; train, or evaluate without any, with the batch's own."""
    if module.training or module.running_mean is None:
        return _with_the_batch(module, input)
    running = (module.running_mean, module.running_var)
    return with_gradient(
        _evaluate, _evaluate_backward, input, module.weight, module.bias, *running, eps=module.eps
    )


def _with_the_batch(module: BatchNorm1d | BatchNorm2d, input: Tensor) -> Tensor:
    running, momentum = (None, None), 0.0
    if module.training and module.track_running_stats and module.running_mean is not None:
        running, momentum = (module.running_mean, module.running_var), _count_batch(module)

    def train(input, weight, bias):
        return batch_norm(input, *running, weight, bias, True, momentum, module.eps)

    train_backward = partial(batch_norm_backward, training=True, eps=module.eps)
    return with_gradient(train, train_backward, input, module.weight, module.bias)


def _count_batch(module: BatchNorm1d | BatchNorm2d) -> float:
    """Count one batch more; return the weight it has in the running averages.

    With momentum=None that is one over the count, so that all batches weigh the same.
    """
    module.num_batches_tracked += 1
    return 1 / module.num_batches_tracked.item() if module.momentum is None else module.momentum


def _evaluate(input, weight, bias, running_mean, running_var, eps):
    return batch_norm(input, running_mean, running_var, weight, bias, eps=eps)


def _evaluate_backward(grad_output, input, weight, bias, running_mean, running_var, eps):
    running = {"running_mean": running_mean, "running_var": running_var}
    return batch_norm_backward(grad_output, input, weight, bias, eps=eps, **running)


def _respond(module: torch.nn.LocalResponseNorm, input: Tensor, **options: bool) -> Tensor:
    options |= {"size": module.size, "alpha": module.alpha, "beta": module.beta, "k": module.k}
    return with_gradient(local_response_norm, local_response_norm_backward, input, **options)
