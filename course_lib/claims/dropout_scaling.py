"""What dropout drops, how often it draws, and the factor at test time.

Lecture: colorado_2025, "Dropout: Approach". Sources: Hinton et al. 2012, arXiv:1207.0580;
Srivastava et al. 2014, sections 4 and 5.
"""

import torch
from torch import Generator

from course_lib.layers import DropoutScaledAtTest, dropout

NUM_UNITS, NUM_KEPT = 5, 2  # the slide's example: a signal from 2 units, later from 5


def factor_at_test_time() -> float:
    """By what a network multiplies at test time that kept 2 of 5 units: 1 - 3/5."""
    layer = DropoutScaledAtTest(1 - NUM_KEPT / NUM_UNITS).eval()
    return float(layer(torch.ones(1, dtype=torch.float64)))


def masks_in_a_batch() -> int:
    """How many different sub-networks one batch of eight images meets (100 units, seed 0)."""
    _, mask = dropout(torch.ones(8, 100), 0.5, generator=Generator().manual_seed(0))
    return len(mask.unique(dim=0))


def test_time_drops_nothing() -> bool:
    """Whether all units are there in evaluation."""
    output, mask = dropout(torch.ones(1000), 0.5, training=False)
    return bool(mask.all()) and bool((output == 1).all())
