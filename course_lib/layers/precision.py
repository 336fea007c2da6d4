"""In which precision long sums are taken."""

import torch
from torch import Tensor


def sum_dtype(tensor: Tensor) -> torch.dtype:
    """At least float32: a sum kept in half precision soon no longer notices small terms."""
    return torch.promote_types(tensor.dtype, torch.float32)
