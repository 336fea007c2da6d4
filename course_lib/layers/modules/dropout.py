"""Dropout as modules: something is drawn in training, nothing in evaluation.

What is drawn comes from torch's default generator, `torch.manual_seed` fixes it.
"""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from course_lib.layers.dropout import (
    dropout,
    dropout2d,
    dropout2d_backward,
    dropout_backward,
    gaussian_dropout,
    gaussian_dropout_backward,
)


class Dropout(torch.nn.Dropout):
    """`dropout` as a module; it never writes into its input, so inplace=True is refused."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return _thin(self, dropout, dropout_backward, input)


class DropoutScaledAtTest(torch.nn.Dropout):
    """Dropout as in 2012: not scaled in training; in evaluation everything times 1 - p."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return _thin(self, dropout, dropout_backward, input, inverted=False)


class Dropout2d(torch.nn.Dropout2d):
    """`dropout2d` as a module, which drops whole maps; inplace=True is refused."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        return _thin(self, dropout2d, dropout2d_backward, input)


class GaussianDropout(torch.nn.Dropout):
    """`gaussian_dropout` as a module: noise in place of zeros."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        _refuse_inplace(self)
        noisy = partial(gaussian_dropout, p=self.p, training=self.training)
        return Drawn.apply(noisy, gaussian_dropout_backward, input)


class Drawn(torch.autograd.Function):
    """Call a layer that draws, and keep what it drew for its backward."""

    @staticmethod
    def forward(ctx, layer: Callable, layer_backward: Callable, input: Tensor) -> Tensor:
        output, drawn = layer(input)
        ctx.save_for_backward(drawn)
        ctx.layer_backward = layer_backward
        return output

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output: Tensor) -> tuple[None, None, Tensor]:
        (drawn,) = ctx.saved_tensors
        return None, None, ctx.layer_backward(grad_output, drawn)


def _thin(
    module: torch.nn.Module,
    layer: Callable,
    layer_backward: Callable,
    input: Tensor,
    **options: bool,
) -> Tensor:
    _refuse_inplace(module)
    options |= {"p": module.p, "training": module.training}
    return Drawn.apply(partial(layer, **options), partial(layer_backward, **options), input)


def _refuse_inplace(module: torch.nn.Module) -> None:
    if module.inplace:
        raise ValueError("inplace=True is not written; leave it out.")
