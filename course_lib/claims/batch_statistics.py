"""What batch normalization computes, keeps and learns.

Lecture: colorado_2025, "Idea 2: Batch Normalization". Source: Ioffe & Szegedy 2015,
arXiv:1502.03167, section 3.
"""

import torch
from torch import Tensor

from course_lib.inspection import count_parameters
from course_lib.layers import BatchNorm1d, batch_norm


def numbers_kept_for_a_unit() -> int:
    """Scale, shift, running mean and running variance; the counter of batches left out."""
    state = BatchNorm1d(1).state_dict()
    return sum(value.numel() for name, value in state.items() if name != "num_batches_tracked")


def numbers_learned_for_a_unit() -> int:
    """What gradient descent changes: scale and shift."""
    return count_parameters(BatchNorm1d(1)).trainable


def columns_are_standardized() -> bool:
    """Whether each feature has mean 0 and deviation 1 over the examples of the batch."""
    normalized = _normalized(_batch())
    zero, one = torch.zeros(3).double(), torch.ones(3).double()
    deviation = normalized.std(dim=0, correction=0)
    return torch.allclose(normalized.mean(dim=0), zero) and torch.allclose(deviation, one)


def bias_before_is_lost() -> bool:
    """Whether a bias added before the normalization changes nothing after it."""
    return torch.allclose(_normalized(_batch() + 5), _normalized(_batch()))


def _batch() -> Tensor:
    """Four examples of three features, on different scales."""
    return torch.tensor([[1, 20, 3], [4, 10, -6], [2, 40, 0], [9, 70, 1]], dtype=torch.float64)


def _normalized(batch: Tensor) -> Tensor:
    zeros, ones = torch.zeros(3).double(), torch.ones(3).double()
    return batch_norm(batch, zeros, ones, training=True, eps=1e-12)
