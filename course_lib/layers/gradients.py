"""How autograd learns of a layer whose backward is written out."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class WrittenOut(torch.autograd.Function):
    """Call a layer, and when the gradient comes back, its `_backward` with the same arguments."""

    @staticmethod
    def forward(
        ctx, layer: Callable, layer_backward: Callable, options: dict, *tensors: Tensor | None
    ) -> Tensor:
        ctx.save_for_backward(*tensors)
        ctx.layer_backward, ctx.options = layer_backward, options
        return layer(*tensors, **options)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        gradients = ctx.layer_backward(grad_output, *ctx.saved_tensors, **ctx.options)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        # Targets and class weights have no gradient; autograd wants a None for each of them,
        # and one for each of the three arguments that are no tensors.
        absent = len(ctx.saved_tensors) - len(gradients)
        return None, None, None, *gradients, *[None] * absent


def with_gradient(
    layer: Callable, layer_backward: Callable, *tensors: Tensor | None, **options
) -> Tensor:
    """Compute `layer(*tensors, **options)` so that autograd uses `layer_backward` for it."""
    return WrittenOut.apply(layer, layer_backward, options, *tensors)
