"""Trying a function that may not be written yet."""

import pytest

from course_lib.checking import try_out


def double(x, times=2):
    return x * times


def unwritten(x):
    raise NotImplementedError("later")


def test_a_value_is_printed(capsys):
    try_out(double, 4, times=3)
    assert capsys.readouterr().out == "double gives 12\n"


def test_an_unwritten_function_stops_nothing(capsys):
    try_out(unwritten, 4)
    assert capsys.readouterr().out == "unwritten is not written yet.\n"


def test_other_errors_are_shown_whole():
    with pytest.raises(TypeError):
        try_out(double, None)
