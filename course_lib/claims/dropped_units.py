"""Dropout: which gradients are zero, and when units are dropped.

Lecture: sharif_2024, "Dropout". Source: Srivastava et al. 2014, JMLR 15; Krizhevsky et al. 2012,
section 4.2.
"""

import torch

from course_lib.layers import dropout, dropout_backward, linear, linear_backward


def gradients_of_dropped_units_are_zero() -> bool:
    """Whether weights into and out of a dropped unit, and its bias, get 0, and others do not."""
    numbers = torch.Generator().manual_seed(0)
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
    ones, numbers = torch.ones(1000), torch.Generator().manual_seed(0)
    in_training, at_test = (
        dropout(ones, 0.5, training, generator=numbers)[1] for training in (True, False)
    )
    return bool(at_test.all()) and not bool(in_training.all())
