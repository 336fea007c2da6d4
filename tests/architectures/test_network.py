"""Oracle: numbers worked by hand."""

import pytest

from course_lib.architectures.network import number_in


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("60,000", 60_000),
        ("340,908 connections", 340_908),
        ("138 million", 138e6),
        ("0.27 M", 270_000),
        ("2.7K", 2700),
        ("3.6 x 10^9 multiply-adds", 3.6e9),
        ("3.6 × 10^9", 3.6e9),
        ("1.5 billion multiply-adds", 1.5e9),
        ("4 G", 4e9),
        ("22", 22),
    ],
)
def test_the_number_that_words_begin_with(words, number):
    assert number_in(words) == pytest.approx(number, rel=1e-12)


@pytest.mark.parametrize("words", ["", "about 60 million", "fewer"])
def test_words_without_a_number_first_are_refused(words):
    with pytest.raises(ValueError, match=f"words is '{words}'; begin with a number"):
        number_in(words)
