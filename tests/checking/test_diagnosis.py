"""A mistake is named when, and only when, every value fits it and no other."""

import torch

from course_lib.checking.calling import Called
from course_lib.checking.diagnosis import Mistake, diagnose
from course_lib.checking.exams import draw_exam

RIGHT = (torch.tensor([[2.0, 4.0, 6.0]]).double(), torch.tensor([[-8.0], [1.0]]).double())


def named(exam, *values, mistakes=None):
    found = diagnose(exam.cases, [Called(value) for value in values], mistakes or exam.mistakes)
    return found and found.name


def test_the_mistake_whose_values_these_are_is_named(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    assert named(exam, RIGHT[0] / 2, RIGHT[1] / 2) == "ForgetsToDouble"


def test_the_values_of_right_cases_must_fit_as_well(assignment):
    # LosesTheSign is right where numbers are positive; ForgetsToDouble is not.
    exam = draw_exam(assignment, "doubled", 0)
    assert named(exam, RIGHT[0], RIGHT[1].abs()) == "LosesTheSign"
    assert named(exam, RIGHT[0] + 1, RIGHT[1].abs()) is None


def test_of_two_mistakes_that_fit_none_is_named(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    twin = Mistake("Twin", "twice the same", "negative", exam.mistakes[1].values)
    mistakes = (*exam.mistakes, twin)
    assert named(exam, RIGHT[0], RIGHT[1].abs(), mistakes=mistakes) is None


def test_an_error_hides_what_the_values_would_say(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    answers = [Called(RIGHT[0] / 2), Called(error="it stops with ValueError.")]
    assert diagnose(exam.cases, answers, exam.mistakes) is None


def test_a_whole_number_does_not_fit_a_mistake_that_leaves_fractions(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    floats = Mistake("Floats", "there is a fraction", "negative", ((3.0, 4), (1.0, 2)))
    assert named(exam, (3, 4), (1, 2), mistakes=(floats,)) is None
    assert named(exam, (3.0, 4), (1.0, 2), mistakes=(floats,)) == "Floats"
