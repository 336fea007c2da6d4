"""Oracle: the example worked on paper, filter 1, 1/2, 1/4, 0 on each window of 2x2."""

import torch

from course_lib.claims import convolution_example


def test_four_lines_worked_by_hand():
    assert convolution_example.top_left() == [0, 40, 5, 0, 45]
    assert convolution_example.top_right() == [80, 20, 10, 0, 110]
    assert convolution_example.bottom_left() == [20, 20, 0, 0, 40]
    assert convolution_example.bottom_right() == [40, 0, 0, 0, 40]


def test_three_ways_to_the_same_numbers():
    expected = [45, 110, 40, 40]
    assert convolution_example.convolution() == expected
    assert convolution_example.convolution_by_the_definition() == expected
    assert convolution_example.filter_slid_over_the_image() == expected


def test_a_kernel_flipped_both_ways():
    assert convolution_example.flipped_kernel() == [1, 0.5, 0.25, 0]


def test_the_definition_does_not_use_the_flipped_kernel(monkeypatch):
    # One 1 in the image's first corner: the double sum reads the kernel's last corner there.
    corner = torch.zeros(3, 3, dtype=torch.float64)
    corner[0, 0] = 1
    monkeypatch.setattr(convolution_example, "IMAGE", corner)
    assert convolution_example.convolution_by_the_definition() == [1, 0, 0, 0]
