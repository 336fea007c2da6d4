"""The one line of a check cell: `check("conv_channels_last", conv_channels_last, points=4)`."""

import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from course_lib.checking.calling import call
from course_lib.checking.cases import load_assignment
from course_lib.checking.exams import Exam, draw_exam
from course_lib.checking.quiet import nothing_on_stderr
from course_lib.checking.source import forbidden_in_source
from course_lib.checking.stored import slug_of, stored_exams
from course_lib.checking.verdict import Verdict, judge

SEED = 20_261  # of the cases drawn under plain nbgrader; `course grade` draws its own


def check(name: str, function: Callable, points: int | float) -> float:
    """Try `function` on the cases of the graded function `name`; print a report.

    Returns the points it would get, which nbgrader reads as partial credit. In a notebook the
    visible cases are tried. Where nbgrader grades and COURSE_CASES names the folder of the
    teacher's solutions, so are the hidden ones. Raises nothing and writes nothing to stderr.
    """
    with nothing_on_stderr():
        try:
            return _check(name, function, points)
        except KeyboardInterrupt:
            print(f"{name}: stopped while it was running, so it counts 0 of {points:g} points.")
            print("If it seems to run for ever, look at its loops: does each one come to an end?")
        except Exception as problem:
            print(f"{name}: this check could not run: {problem}")
            print(
                "That is no fault of your answer. Restart the kernel and run all cells; "
                "if it stays so, tell your teacher."
            )
        return 0.0


def _check(name: str, function: Callable, points: int | float) -> float:
    grading = _cases_folder() is not None
    exam = _exam(name)
    exam = replace(exam, function=replace(exam.function, points=points))
    verdict = _verdict(exam, function)
    print("\n".join(verdict.lines))
    if not grading:
        _say_what_next(exam, verdict)
    return float(verdict.points)


def _verdict(exam: Exam, function: Callable) -> Verdict:
    forbidden = exam.function.forbidden
    answers = [call(function, inputs, forbidden) for inputs in exam.inputs]
    noticed = forbidden_in_source(_source_of(function), forbidden)
    return judge(exam.function, exam.cases, answers, exam.expected, exam.mistakes, noticed)


def _exam(name: str) -> Exam:
    slug = slug_of(name)
    folder = _cases_folder()
    if folder is None:
        return stored_exams(slug)[name]
    return draw_exam(load_assignment(folder / slug), name, SEED)


def _cases_folder() -> Path | None:
    folder = os.environ.get("COURSE_CASES")
    grading = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    return Path(folder) if folder and grading else None


def _source_of(function: Callable) -> str:
    try:
        return dedent(inspect.getsource(function))
    except (OSError, TypeError):  # typed at a prompt, or no Python function at all
        return ""


def _say_what_next(exam: Exam, verdict: Verdict) -> None:
    name = exam.function.name
    if not verdict.failed and not verdict.forbidden:
        print("When your work is graded, further cases are tried, of other sizes and numbers.")
    elif verdict.looked_at:
        print(f'Its numbers: inputs, expected = visible_case("{name}", "{verdict.looked_at}")')
