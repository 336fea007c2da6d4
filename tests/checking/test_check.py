"""`check()` as a student meets it, on the released assignment; the worked sizes are by hand."""

import sys

import pytest
import torch

from course_lib.checking import check

# What the student's side says must not depend on our shape checks.
pytestmark = pytest.mark.usefixtures("without_shape_checks")


def output_size(image_size, kernel_size, stride, padding, dilation):
    top, bottom, left, right = padding
    room = (image_size[0] + top + bottom - 1, image_size[1] + left + right - 1)
    return tuple((room[i] - dilation[i] * (kernel_size[i] - 1)) // stride[i] + 1 for i in range(2))


def test_a_right_answer_gets_all_points(capfd):
    assert check("output_size", output_size, points=2) == 2.0
    said = capfd.readouterr()
    assert said.out.startswith("output_size: 4 of 4 cases right, 2 of 2 points.")
    assert "further cases" in said.out
    assert said.err == ""


def test_points_are_those_of_the_check_and_a_float():
    points = check("output_size", output_size, points=10)
    assert (points, type(points)) == (10.0, float)


def test_a_wrong_answer_is_told_what_where_and_how_to_get_the_numbers(capsys):
    def without_dilation(image_size, kernel_size, stride, padding, dilation):
        return output_size(image_size, kernel_size, stride, padding, (1, 1))

    assert check("output_size", without_dilation, points=2) == 1.5
    said = capsys.readouterr().out
    assert "Your answer is what you get when the dilation is left out." in said
    assert "Look at: unequal dilation" in said
    assert 'visible_case("output_size", "dilation")' in said


def test_what_is_forbidden_is_found_in_the_source_before_it_runs(capsys):
    def never_calls_it(image_size, kernel_size, stride, padding, dilation):
        if image_size == (0, 0):
            return torch.nn.functional.conv2d
        return output_size(image_size, kernel_size, stride, padding, dilation)

    assert check("output_size", never_calls_it, points=2) == 0.0
    assert "a ready-made convolution" in capsys.readouterr().out


def interrupted(**_):
    raise KeyboardInterrupt


ANSWERS = {
    "an unwritten function": (lambda **_: (_ for _ in ()).throw(NotImplementedError()), "not writ"),
    "no function": (None, "not callable"),
    "no value": (lambda **_: None, "return"),
    "a text": (lambda **_: "5", "returns a str"),
    "leaving the program": (lambda **_: sys.exit(1), "SystemExit"),
    "a wrong signature": (lambda size: size, "unexpected keyword"),
    "an endless recursion": (
        lambda **all_of_it: ANSWERS["an endless recursion"][0](**all_of_it),
        "Recursion",
    ),
    "an interrupt": (interrupted, "stopped while it was running"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_nothing_is_raised_and_stderr_stays_empty(name, capfd):
    answer, words = ANSWERS[name]
    assert check("output_size", answer, points=2) == 0.0
    said = capfd.readouterr()
    assert words in said.out
    assert said.err == ""


def test_an_unknown_name_is_no_fault_of_the_student(capfd):
    assert check("output_sizes", output_size, points=2) == 0.0
    assert "no assignment asks for 'output_sizes'" in capfd.readouterr().out


def test_without_the_teachers_folder_only_visible_cases_are_tried(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_CASES", raising=False)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check("output_size", output_size, points=2)
    assert "4 of 4 cases" in capsys.readouterr().out


def test_a_teachers_folder_that_is_not_there_is_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("COURSE_CASES", str(tmp_path))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("output_size", output_size, points=2) == 0.0
    assert "cases.py is missing" in capsys.readouterr().out
