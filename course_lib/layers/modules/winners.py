"""How the modules of max pooling learn in the forward what their backward needs."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class RememberedWinners(torch.autograd.Function):
    """Keep the pixels that won in the forward, so that the backward need not look again."""

    @staticmethod
    def forward(
        ctx, layer: Callable, layer_backward: Callable, options: dict, input: Tensor
    ) -> tuple[Tensor, Tensor]:
        output, indices = layer(input, **options, return_indices=True)
        ctx.save_for_backward(input, indices)
        ctx.layer_backward, ctx.options = layer_backward, options
        ctx.mark_non_differentiable(indices)
        return output, indices

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output: Tensor, _: Tensor) -> tuple[None, None, None, Tensor]:
        input, indices = ctx.saved_tensors
        gradient = ctx.layer_backward(grad_output, input, **ctx.options, indices=indices)
        return None, None, None, gradient


def with_winners(
    layer: Callable, layer_backward: Callable, input: Tensor, **options
) -> tuple[Tensor, Tensor]:
    """Compute a max pooling and its winners; autograd hands them to `layer_backward`."""
    return RememberedWinners.apply(layer, layer_backward, options, input)
