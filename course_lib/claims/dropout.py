"""Dropout: what it drops, how often it draws, which gradients are zero, the factor at test time.

Lectures: colorado_2025, "Dropout: Approach"; sharif_2024, "Dropout". Sources: Hinton et al. 2012,
arXiv:1207.0580; Srivastava et al. 2014, sections 4 and 5; Krizhevsky et al. 2012, section 4.2.
"""

import torch
from torch import Generator

from course_lib.layers import (
    DropoutScaledAtTest,
    dropout,
    dropout_backward,
    linear,
    linear_backward,
)

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


def gradients_of_dropped_units_are_zero() -> bool:
    """Whether weights into and out of a dropped unit, and its bias, get 0, and others do not."""
    numbers = Generator().manual_seed(0)
    x, first, bias, second = (
        torch.rand(*shape, generator=numbers) + 0.1 for shape in ((1, 3), (6, 3), (6,), (2, 6))
    )
    hidden = linear(x, first, bias)
    thinned, mask = dropout(hidden, 0.5, generator=numbers)
    back, into_second, _ = linear_backward(torch.ones(1, 2), thinned, second)
    _, into_first, into_bias = linear_backward(dropout_backward(back, mask, 0.5), x, first, bias)
    kept = mask[0]
    if kept.all() or not kept.any():
        raise ValueError("The example needs a unit that is dropped and one that is kept.")
    found = [(into_first != 0).all(1), into_bias != 0, (into_second != 0).all(0)]
    silent = [(into_first == 0).all(1), into_bias == 0, (into_second == 0).all(0)]
    return all(torch.equal(each, kept) for each in found) and all(
        torch.equal(each, ~kept) for each in silent
    )


def drops_in_training() -> bool:
    """Whether any of 1,000 numbers is dropped in training, and none at test time."""
    ones, numbers = torch.ones(1000), Generator().manual_seed(0)
    in_training, at_test = (
        dropout(ones, 0.5, training, generator=numbers)[1] for training in (True, False)
    )
    return bool(at_test.all()) and not bool(in_training.all())
