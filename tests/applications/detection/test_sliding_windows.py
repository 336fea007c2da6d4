"""Sliding windows. Oracle: loops over all places, the formula written out, values by hand."""

import pytest

from course_lib.applications.detection import num_boxes, num_sliding_windows, sliding_windows


@pytest.mark.parametrize("image_size", [(9, 7), (20, 31), (6, 6)])
@pytest.mark.parametrize("stride", [1, 3])
def test_equals_a_walk_over_all_places(image_size, stride):
    height, width = image_size
    wanted = []
    # window 4: areas 16 and 64; ratio 4 makes them 8 x 2 and 16 x 4.
    for tall, wide in ((4, 4), (8, 2), (8, 8), (16, 4)):
        for y in range(0, height - tall + 1, stride):
            for x in range(0, width - wide + 1, stride):
                wanted.append([x, y, x + wide, y + tall])
    arguments = (image_size, 4, stride, (1.0, 2.0), (1.0, 4.0))
    assert sliding_windows(*arguments).tolist() == wanted
    assert num_sliding_windows(*arguments) == len(wanted)


def test_the_count_is_that_of_a_convolution():
    # (64 - 16) / 4 + 1 = 13 places each way; (64 - 32) / 4 + 1 = 9.
    assert num_sliding_windows((64, 64), 16, 4, (1.0, 2.0)) == 13**2 + 9**2
    assert num_sliding_windows((64, 64), 16, 4) == len(sliding_windows((64, 64), 16, 4)) == 13**2


def test_sides_are_rounded_to_whole_pixels_of_at_least_one():
    assert sliding_windows((3, 3), 2, 3, (1.3,)).tolist() == [[0, 0, 3, 3]]  # 2.6 -> 3
    assert sliding_windows((1, 9), 1, 9, (1.0,), (0.01,)).tolist() == []  # 1 x 10
    assert sliding_windows((1, 10), 1, 9, (1.0,), (0.01,)).tolist() == [[0, 0, 10, 1]]
    assert sliding_windows((10, 1), 1, 9, (1.0,), (100.0,)).tolist() == [[0, 0, 1, 10]]


def test_a_window_larger_than_the_image_has_no_place():
    assert sliding_windows((5, 20), 6, 1).shape == (0, 4)
    assert sliding_windows((20, 5), 6, 1).shape == (0, 4)
    assert sliding_windows((20, 20), 6, 1, ()).shape == (0, 4)
    assert num_sliding_windows((5, 20), 6, 1) == 0


def test_all_boxes_of_an_image_are_too_many():
    assert num_boxes((1, 1)) == 1
    assert num_boxes((2, 3)) == sum(1 for h in range(1, 3) for w in range(1, 4)
                                    for _ in range((3 - h) * (4 - w)))  # fmt: skip
    assert num_boxes((600, 800)) == 180_300 * 320_400


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1), r"window must be above 0, but it is \(0,\)"),
        ((4, 1, (1.0, -1.0)), "scales must be above 0"),
        ((4, 1, (1.0,), (0.0,)), "ratios must be above 0"),
        ((4, 0), "stride must be at least 1"),
    ],
)
def test_errors_name_the_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        sliding_windows((8, 8), *arguments)
