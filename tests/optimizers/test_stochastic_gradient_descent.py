"""SGD by hand, and its errors; beside torch's it runs in test_against_torch.py."""

import pytest
import torch
from torch import nn

from course_lib.optimizers import SGD


def test_without_momentum_each_step_is_the_gradient_times_the_rate(walked):
    assert walked(SGD, [4.0, -2.0], lr=0.5) == [-2, -1]


def test_momentum_by_hand(walked):
    # v = 4, then 0.5 * 4 + 2 = 4; dampened by 0.25: 0.5 * 4 + 0.75 * 2 = 3.5.
    assert walked(SGD, [4.0, 2.0], lr=0.5, momentum=0.5) == [-2, -4]
    assert walked(SGD, [4.0, 2.0], lr=0.5, momentum=0.5, dampening=0.25) == [-2, -3.75]


def test_nesterov_looks_ahead_by_hand(walked):
    # v = 4 and 4 as above; the steps are along 4 + 0.5 * 4 and 2 + 0.5 * 4.
    assert walked(SGD, [4.0, 2.0], lr=0.5, momentum=0.5, nesterov=True) == [-3, -5]


@pytest.mark.parametrize(
    ("options", "found"),
    [({}, r"\(it is 0.0\)"), ({"momentum": 0.9, "dampening": 0.1}, r"\(it is 0.1\)")],
)
def test_nesterov_needs_momentum_without_dampening(options, found):
    with pytest.raises(ValueError, match=f"nesterov=True looks ahead.*{found}"):
        SGD([nn.Parameter(torch.zeros(1))], nesterov=True, **options)
