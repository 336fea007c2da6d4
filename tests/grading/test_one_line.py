"""Oracle: lines written by hand."""

import pytest

from course_lib.grading.one_line import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("uses convolution", "uses convolution"),
        ("Größe ∂x 卷积", "Größe ∂x 卷积"),
        ("\x1b[2K\r  eve   21 points\n  fay", "[2K eve 21 points fay"),
        ("a\x00b\x9bc\u2028d\u202ee", "a b c d e"),
        ("x \ud800 y", "x y"),
        ("", ""),
    ],
)
def test_words_stay_and_what_moves_a_cursor_goes(text, line):
    assert one_line(text) == line
