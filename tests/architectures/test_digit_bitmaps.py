"""The ten drawings that LeNet-5 compares with."""

import torch

from course_lib.architectures import digit_bitmaps
from course_lib.architectures.digit_bitmaps import HEIGHT, WIDTH


def test_each_is_7_by_12_pixels_of_plus_or_minus_one():
    bitmaps = digit_bitmaps()
    assert bitmaps.shape == (10, WIDTH * HEIGHT) == (10, 84)
    assert set(bitmaps.unique().tolist()) == {-1.0, 1.0}


def test_no_two_digits_are_near_each_other():
    # By hand: 6 and 8 share all but the open side of the 6, twelve pixels. Were two drawings
    # equal, no training could tell those digits apart.
    bitmaps = digit_bitmaps()
    different = (bitmaps[:, None] != bitmaps[None]).sum(-1) + 84 * torch.eye(10, dtype=torch.int64)
    assert different.min() >= 10
