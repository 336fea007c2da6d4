"""Weights with which a layer hands on what it gets.

Deep plain networks do not find these by themselves, which is what residual connections are for
(He et al. 2015, arXiv:1512.03385, section 1); one can start there.
"""

import torch
from jaxtyping import Float
from torch import Tensor


@torch.no_grad()
def eye_(tensor: Float[Tensor, "c_out c_in"]) -> Float[Tensor, "c_out c_in"]:
    """Make a linear layer hand on its inputs, as many as there are outputs; in place.

    Raises ValueError for anything but a matrix.
    """
    if tensor.ndim != 2:
        raise ValueError(f"tensor is {tuple(tensor.shape)}; eye_ takes a matrix, dirac_ a kernel.")
    tensor.zero_().diagonal().fill_(1)
    return tensor


@torch.no_grad()
def dirac_(
    tensor: Float[Tensor, "c_out c_in *kernel"], groups: int = 1
) -> Float[Tensor, "c_out c_in *kernel"]:
    """Make a convolution hand on its channels, as many as there are outputs; in place.

    Each kernel has a 1 at its center, in the channel it hands on. Its image moves by no pixel
    where the kernel is odd and the padding is half of it. `groups` as in the layer.

    Raises ValueError for a tensor without a kernel, and for groups that do not divide.
    """
    if not 3 <= tensor.ndim <= 5:
        raise ValueError(f"tensor is {tuple(tensor.shape)}; dirac_ takes (out, in, kernel…).")
    if groups < 1 or len(tensor) % groups:
        raise ValueError(f"groups is {groups}; it must divide the {len(tensor)} kernels of tensor.")
    tensor.zero_()
    center = tuple(size // 2 for size in tensor.shape[2:])
    for group in tensor.chunk(groups):
        for channel in range(min(group.shape[:2])):
            group[(channel, channel, *center)] = 1
    return tensor
