"""Oracle: means, smallest and largest values worked by hand."""

import numpy as np
import pytest
from matplotlib.text import Annotation

from course_lib.plotting import plot_spread

LINES = {"plain": [[1.0, 4.0], [3.0, 16.0]], "residual": [[1.0, 1.0], [1.0, 1.0]]}


def drawn(**options):
    return plot_spread([2, 10], LINES, "layers", "gradient", **options).axes[0]


def test_a_line_is_the_mean_and_its_band_the_range():
    axis = drawn()
    assert np.allclose(axis.lines[0].get_xydata(), [(2, 2), (10, 10)])
    corners = {tuple(point) for point in axis.collections[0].get_paths()[0].vertices}
    assert corners == {(2, 1), (2, 3), (10, 4), (10, 16)}
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("layers", "gradient")


def test_numbers_may_be_drawn_in_percent():
    axis = drawn(factor=100)
    assert np.allclose(axis.lines[0].get_ydata(), [200, 1000])
    assert axis.collections[0].get_paths()[0].vertices[:, 1].max() == 1600


def test_on_a_logarithmic_axis_the_mean_is_geometric():
    axis = drawn(log=True)
    assert np.allclose(axis.lines[0].get_ydata(), [3**0.5, 8])
    assert axis.get_yscale() == "log"


def test_the_other_axis_may_be_logarithmic_too():
    assert (drawn(log_x=True).get_xscale(), drawn().get_xscale()) == ("log", "linear")
    with pytest.raises(ValueError, match="x has 0, which has no logarithm"):
        plot_spread([0, 1], {"a": [[1.0, 2.0]]}, "x", "y", log_x=True)


def test_few_values_of_a_logarithmic_axis_get_a_tick_each():
    axis = plot_spread([10, 40, 198], {"a": [[1.0, 2.0, 3.0]]}, "x", "y", log_x=True).axes[0]
    assert [text.get_text() for text in axis.get_xticklabels()] == ["10", "40", "198"]
    assert list(axis.get_xticks(minor=True)) == []


def heights_of_names(figure):
    return {
        note.get_text(): note.xy[1]
        for note in figure.axes[0].findobj(Annotation)
        if note.get_text()
    }


def test_names_stand_at_the_right_end_also_where_x_falls():
    heights = heights_of_names(
        plot_spread([3, 1], {"falls": [[0.0, 9.0]], "rises": [[9.0, 0.0]]}, "x", "y")
    )
    assert heights["rises"] > heights["falls"]


def test_of_lines_that_end_together_the_first_is_named_on_top():
    lines = {name: [[1.0, 0.0]] for name in ("first", "second", "third")}
    heights = heights_of_names(plot_spread([1, 2], lines, "x", "y"))
    assert heights["first"] > heights["second"] > heights["third"]


def test_names_stand_where_the_lines_end_and_the_note_above():
    axis = drawn(note="Before the first step.")
    names = [note.get_text() for note in axis.findobj(Annotation) if note.get_text()]
    assert names == ["plain", "residual"]
    assert axis.get_title(loc="left") == "Mean and range of 2 seeds.\nBefore the first step."
    one = plot_spread([1], {"a": [[1.0]]}, "x", "y").axes[0]
    assert one.get_title(loc="left") == "One seed."


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        ({}, {}, "lines has 0 names"),
        ({str(k): [[1.0, 2.0]] for k in range(6)}, {}, "lines has 6 names"),
        ({"a": [[1.0, 2.0]], "b": []}, {}, "as many, at least 1"),
        ({"a": [[1.0]]}, {}, "must have 2 numbers a seed"),
        ({"a": [[1.0, 0.0]]}, {"log": True}, "no logarithm"),
    ],
)
def test_what_cannot_be_drawn_is_said(lines, options, message):
    with pytest.raises(ValueError, match=message):
        plot_spread([2, 10], lines, "x", "y", **options)
