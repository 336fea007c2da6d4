"""The drawings show the numbers they were given. Oracle: worked by hand."""

import pytest
import torch

from course_lib.plotting import draw_convolution, draw_pooling, draw_strides, draw_volumes

IMAGE = torch.tensor([[0.0, 80, 40], [20, 40, 0], [0, 0, 40]])
KERNEL = torch.tensor([[1.0, 0.5], [0.25, 0]])
OUTPUT = torch.tensor([[45.0, 110], [40, 40]])


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def marked(figure):
    """The corners of the grids' marked windows, in the order they were drawn."""
    return [patch.get_xy() for patch in figure.axes[0].patches if not patch.get_fill()]


def test_convolution_shows_every_number_of_image_filter_and_output():
    shown = words(draw_convolution(IMAGE, KERNEL, OUTPUT, at=(0, 1)))
    assert shown == [
        *("0", "80", "40", "20", "40", "0", "0", "0", "40", "image"),
        *("1", "0.5", "0.25", "0", "filter"),
        *("45", "110", "40", "40", "output"),
    ]


def test_window_moves_with_the_output():
    first, second = (marked(draw_convolution(IMAGE, KERNEL, OUTPUT, at)) for at in ((0, 0), (1, 1)))
    assert (second[0][0] - first[0][0], second[0][1] - first[0][1]) == (1, 1)  # in the image
    assert second[1] == first[1]  # the filter stays
    assert (second[2][0] - first[2][0], second[2][1] - first[2][1]) == (1, 1)  # in the output


def test_stride_moves_the_window_by_that_many_pixels():
    image = torch.zeros(3, 5)
    corners = [marked(draw_pooling(image, 3, torch.zeros(1, 2), (0, k), 2))[0] for k in (0, 1)]
    assert corners[1][0] - corners[0][0] == 2


@pytest.mark.parametrize(
    ("stride", "windows", "missed", "formula"),
    [(1, 5, 0, "= 5"), (2, 3, 0, "= 3"), (3, 2, 1, "= 2.33"), (4, 2, 1, "= 2")],
)
def test_strides_show_windows_and_what_no_window_reaches(stride, windows, missed, formula):
    figure = draw_strides(7, 3, [stride])
    assert len(figure.axes[0].lines) == windows
    assert words(figure).count("×") == missed
    assert words(figure)[-1].endswith(formula)


def test_padding_is_drawn_as_zeros():
    figure = draw_strides(7, 3, [1], padding=1)
    assert words(figure).count("0") == 2
    assert len(figure.axes[0].lines) == 7


def test_volumes_are_labeled_with_their_sizes():
    figure = draw_volumes([("C1", (6, 28, 28)), ("F6", (84,))])
    assert words(figure) == ["C1\n6 @ 28×28", "F6\n84"]
    assert len(figure.axes[0].patches) == 6 + 1  # one sheet per map
