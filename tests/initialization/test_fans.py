"""How many numbers flow in and out. Oracle: counting by hand, and torch's own count."""

import pytest
import torch
from torch.nn.init import _calculate_fan_in_and_fan_out

from course_lib.initialization import fan_in_and_fan_out


@pytest.mark.parametrize(
    ("shape", "fans"),
    [
        ((10, 84), (84, 10)),
        ((1, 1), (1, 1)),
        ((16, 6, 5, 3), (6 * 15, 16 * 15)),
        ((256, 48, 5, 5), (48 * 25, 256 * 25)),  # AlexNet's second, of two groups
        ((8, 4, 7), (4 * 7, 8 * 7)),
        ((8, 4, 2, 3, 5), (4 * 30, 8 * 30)),
    ],
)
def test_counts(shape, fans):
    weight = torch.zeros(shape)
    assert fan_in_and_fan_out(weight) == fans == _calculate_fan_in_and_fan_out(weight)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 3, 0)])
def test_what_has_no_fans_is_named(shape):
    with pytest.raises(
        ValueError, match=r"tensor \(.*\) has no fans; give a weight .* convolutional layer\.$"
    ):
        fan_in_and_fan_out(torch.zeros(shape))
