"""Where nbgrader grades, `check()` asks for the hidden cases too; of convolution, as an example."""

import pytest

from course_lib.checking import check, visible_case

pytestmark = pytest.mark.usefixtures("without_shape_checks")


def knows_the_visible_cases(**inputs):
    """Somebody looked up what the visible cases expect, and returns that."""
    for case in ("plain", "padding", "strides", "dilation"):
        known, expected = visible_case("output_size", case)
        if known == inputs:
            return expected
    return 0, 0


def test_a_list_of_visible_answers_wins_nothing_when_graded(monkeypatch, repository, capsys):
    assert check("output_size", knows_the_visible_cases, points=2) == 2
    monkeypatch.setenv("COURSE_CASES", str(repository / "solutions"))
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("output_size", knows_the_visible_cases, points=2) == 0
    assert "0 of 8 cases right" in capsys.readouterr().out


def test_validating_asks_for_visible_cases_only(monkeypatch, repository):
    monkeypatch.setenv("COURSE_CASES", str(repository / "solutions"))
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert check("output_size", knows_the_visible_cases, points=2) == 2
