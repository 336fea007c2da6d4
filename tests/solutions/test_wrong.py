"""Every plausible mistake loses points, by what it gives, and is called by its name."""

import pytest

from course_lib.checking.calling import Called
from course_lib.checking.diagnosis import diagnose

VISIBLE = (0, True)
HIDDEN = [(1, False), (2, False)]  # seeds


def test_there_are_at_least_twelve(assignment, name):
    assert len(assignment.wrong_answers(name)) >= 12


def test_each_speaks(assignment, name):
    for wrong in assignment.wrong_answers(name):
        assert wrong.__doc__
        assert not wrong.sentence.endswith(".")
    sentences = [wrong.sentence for wrong in assignment.wrong_answers(name)]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("draw", [VISIBLE, *HIDDEN])
def test_each_loses_points_by_what_it_gives(verdicts_on_mistakes, assignment, name, draw):
    # A mistake that crashes has no value, and drawing the exam refuses it.
    for mistake, verdict in verdicts_on_mistakes(name, *draw).items():
        assert verdict.points < assignment.functions[name].points, mistake


@pytest.mark.parametrize("draw", HIDDEN)
def test_each_fails_a_case_whose_idea_it_violates(
    exam_of, verdicts_on_mistakes, assignment, name, draw
):
    ideas = {case.name: case.idea for case in exam_of(name, *draw).cases}
    for wrong in assignment.wrong_answers(name):
        failed = verdicts_on_mistakes(name, *draw)[wrong.__name__].failed
        assert any(ideas[case].startswith(wrong.idea) for case in failed), wrong


@pytest.mark.parametrize("draw", [VISIBLE, *HIDDEN])
def test_nine_of_ten_are_named_and_none_wrongly(verdicts_on_mistakes, name, draw):
    named = {own: verdict.mistake for own, verdict in verdicts_on_mistakes(name, *draw).items()}
    assert all(found in (None, own) for own, found in named.items()), named
    assert sum(found is not None for found in named.values()) >= 0.9 * len(named), named


@pytest.mark.parametrize("draw", [VISIBLE, *HIDDEN])
def test_a_mistake_the_bank_does_not_know_gets_no_name(exam_of, name, draw):
    # Each in turn is taken out of the bank; no other may claim its values.
    exam = exam_of(name, *draw)
    for mistake in exam.mistakes:
        answers = [Called(value) for value in mistake.values]
        others = [other for other in exam.mistakes if other.name != mistake.name]
        assert diagnose(exam.cases, answers, others) is None, mistake.name


def test_the_wrong_code_meets_the_same_judge_as_a_student(exam_of, verdict_on, assignment, name):
    exam = exam_of(name, *VISIBLE)
    for wrong in assignment.wrong_answers(name):
        assert verdict_on(exam, wrong.answer, "").mistake == wrong.__name__
