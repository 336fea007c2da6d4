"""What pooling does to maps.

Lecture: michigan_2025, "Pooling".
"""

import torch
from torch import Tensor

from course_lib.layers import max_pool2d


def makes_maps_smaller() -> bool:
    """Whether 2x2 with stride 2 gives fewer numbers than it takes."""
    return max_pool2d(_maps(), 2).numel() < _maps().numel()


def maps_are_pooled_alone() -> bool:
    """Whether pooling all maps at once is pooling one after the other."""
    one_by_one = [max_pool2d(one, 2) for one in _maps().split(1, dim=1)]
    return torch.equal(max_pool2d(_maps(), 2), torch.cat(one_by_one, dim=1))


def _maps() -> Tensor:
    return torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))
