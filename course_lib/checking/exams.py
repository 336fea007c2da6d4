"""A graded function made ready to be judged: inputs drawn, right and mistaken values computed."""

from dataclasses import dataclass
from typing import Any

from course_lib.checking.calling import call
from course_lib.checking.cases import Assignment, Case, GradedFunction, Inputs, WrongAnswer
from course_lib.checking.diagnosis import Mistake


@dataclass(frozen=True)
class Exam:
    """A function, its cases, their inputs, and what each should give.

    The tuples follow one another: the expected value of `cases[2]` is `expected[2]`.
    """

    function: GradedFunction
    cases: tuple[Case, ...]
    inputs: tuple[Inputs, ...]
    expected: tuple[Any, ...]
    mistakes: tuple[Mistake, ...]


def draw_exam(assignment: Assignment, name: str, seed: int, only_visible: bool = False) -> Exam:
    """Draw the inputs of one function's cases and ask the reference and every known mistake.

    Raises RuntimeError when the reference or a wrong answer stops with an error: a case on which
    they have no value would blame the student for it.
    """
    function = assignment.functions[name]
    cases = tuple(case for case in function.cases if case.visible or not only_visible)
    inputs = tuple(case.make(seed) for case in cases)
    expected = tuple(_value(function.reference, given, name) for given in inputs)
    mistakes = tuple(_mistake(wrong, inputs) for wrong in assignment.wrong_answers(name))
    return Exam(function, cases, inputs, expected, mistakes)


def _mistake(wrong: type[WrongAnswer], inputs: tuple[Inputs, ...]) -> Mistake:
    values = tuple(_value(wrong.answer, given, wrong.__name__) for given in inputs)
    return Mistake(wrong.__name__, wrong.sentence, wrong.idea, values)


def _value(function, inputs: Inputs, name: str) -> Any:
    called = call(function, inputs)
    if called.error:
        raise RuntimeError(f"{name} of the teacher's side gives no value: {called.error}")
    return called.value
