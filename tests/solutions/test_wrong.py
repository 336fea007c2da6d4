"""Every plausible mistake loses points, by what it gives, and is called by its name."""

import pytest

from course_lib.checking.calling import call
from course_lib.checking.diagnosis import diagnose

VISIBLE = (0, True)
HIDDEN = [(1, False), (2, False)]


def test_there_are_at_least_twelve(assignment, name):
    assert len(assignment.wrong_answers(name)) >= 12


def test_each_speaks(assignment, name):
    for wrong in assignment.wrong_answers(name):
        assert wrong.__doc__
        assert not wrong.sentence.endswith(".")
    sentences = [wrong.sentence for wrong in assignment.wrong_answers(name)]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("draw", [VISIBLE, *HIDDEN])
def test_each_loses_points_by_value_and_not_by_a_crash(exam_of, verdict_on, assignment, name, draw):
    exam = exam_of(name, *draw)
    for wrong in assignment.wrong_answers(name):
        assert not any(call(wrong.answer, inputs).error for inputs in exam.inputs), wrong
        assert verdict_on(exam, wrong.answer, "").points < exam.function.points, wrong


@pytest.mark.parametrize("draw", HIDDEN)
def test_each_fails_a_case_whose_idea_it_violates(exam_of, verdict_on, assignment, name, draw):
    exam = exam_of(name, *draw)
    ideas = {case.name: case.idea for case in exam.cases}
    for wrong in assignment.wrong_answers(name):
        failed = verdict_on(exam, wrong.answer, "").failed
        assert any(ideas[case].startswith(wrong.idea) for case in failed), wrong


@pytest.mark.parametrize("draw", [VISIBLE, *HIDDEN])
def test_nine_of_ten_are_named_and_none_wrongly(exam_of, verdict_on, assignment, name, draw):
    exam = exam_of(name, *draw)
    wrong_answers = assignment.wrong_answers(name)
    named = {w.__name__: verdict_on(exam, w.answer, "").mistake for w in wrong_answers}
    assert all(found in (None, own) for own, found in named.items()), named
    assert sum(found is not None for found in named.values()) >= 0.9 * len(named), named


@pytest.mark.parametrize("draw", [VISIBLE, *HIDDEN])
def test_a_mistake_the_bank_does_not_know_gets_no_name(exam_of, assignment, name, draw):
    # Each in turn is taken out of the bank; no other may claim its values.
    exam = exam_of(name, *draw)
    for wrong in assignment.wrong_answers(name):
        answers = [call(wrong.answer, inputs) for inputs in exam.inputs]
        others = [mistake for mistake in exam.mistakes if mistake.name != wrong.__name__]
        assert diagnose(exam.cases, answers, others) is None, wrong
