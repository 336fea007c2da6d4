"""Oracle: sums worked by hand, and filters laid on a row of pixels one by one."""

import pytest
import torch
from torch import nn

from course_lib.claims import convolution_sizes


def test_inputs_and_weights_are_products():
    assert convolution_sizes.stretched_inputs() == 32 * 32 * 3
    assert convolution_sizes.fully_connected_weight() == [10, 32 * 32 * 3]
    assert convolution_sizes.large_fully_connected_parameters() == 200 * 200 * 40_000 + 40_000
    assert convolution_sizes.large_image_inputs() == [150 * 150, 3 * 150 * 150]
    assert convolution_sizes.numbers_in_a_filter() == 5 * 5 * 3
    assert convolution_sizes.filter_depth() == 3


def test_outputs_of_six_and_of_ten_filters():
    assert convolution_sizes.six_filters() == [32 - 5 + 1, 32 - 5 + 1, 6]
    assert convolution_sizes.ten_padded_filters() == [32 + 4 - 5 + 1, 32 + 4 - 5 + 1, 10]


def test_places_on_seven_pixels_counted_with_a_finger():
    # Pixels 123, 234, 345, 456, 567; then 123, 345, 567; then 123, 456, and 7 alone.
    assert convolution_sizes.stride_one() == 5
    assert convolution_sizes.stride_two() == 3
    assert convolution_sizes.stride_three_leaves_a_pixel_over()
    assert convolution_sizes.stride_three_by_the_formula() == pytest.approx(7 / 3)


def test_padding_that_keeps_seven_pixels():
    assert convolution_sizes.padded_output() == 7
    assert convolution_sizes.paddings_that_keep_the_size() == [(f - 1) // 2 for f in (3, 5, 7)]


def test_the_formula_counts_places(monkeypatch):
    assert convolution_sizes.formula_counts_the_places()
    monkeypatch.setattr(convolution_sizes, "output_size", lambda n, f, s: ((n - f) // s, 0))
    assert not convolution_sizes.formula_counts_the_places()


def test_libraries_apply_what_does_not_fit(monkeypatch):
    # The remark: "they round down and leave the rest out".
    images = torch.empty(1, 1, 7, 7, device="meta")
    assert nn.Conv2d(1, 1, 3, stride=3, device="meta")(images).shape == (1, 1, 2, 2)
    monkeypatch.setattr(convolution_sizes, "output_size", lambda *_, **__: (3, 3))
    assert not convolution_sizes.stride_three_leaves_a_pixel_over()
