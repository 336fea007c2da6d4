"""The visible cases as numbers: what students get of `cases.py` and `wrong.py`.

One safetensors file an assignment, `visible/<slug>.safetensors`: for each function its visible
cases with inputs and expected values, and what each known mistake gives on them.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from course_lib.checking.cases import Case, GradedFunction, Inputs
from course_lib.checking.comparison import compare
from course_lib.checking.diagnosis import Mistake
from course_lib.checking.exams import Exam
from course_lib.checking.wire import decode_inputs, encode_inputs

FOLDER = Path(__file__).resolve().parent / "visible"


def to_bytes(exams: Sequence[Exam]) -> bytes:
    """The file's content; the same exams give the same bytes."""
    return encode_inputs({exam.function.name: _fields(exam) for exam in exams})


def from_bytes(data: bytes) -> dict[str, Exam]:
    """Undo `to_bytes`: the exams by the name of their function."""
    return {name: _exam(name, *fields) for name, fields in decode_inputs(data).items()}


@cache
def stored_exams(slug: str) -> dict[str, Exam]:
    """The visible cases of one assignment, by the name of the function."""
    return from_bytes((FOLDER / f"{slug}.safetensors").read_bytes())


def slug_of(function: str) -> str:
    """The assignment that asks for this function; ValueError names the known ones."""
    slugs = sorted(path.stem for path in FOLDER.glob("*.safetensors"))
    found = [slug for slug in slugs if function in stored_exams(slug)]
    if not found:
        known = ", ".join(name for slug in slugs for name in stored_exams(slug))
        raise ValueError(f"no assignment asks for '{function}'. Known are: {known or 'none'}.")
    return found[0]


def visible_case(function: str, case: str) -> tuple[Inputs, Any]:
    """The numbers of one visible case: its keyword arguments and what they should give.

    For trying an answer by hand: `inputs, expected = visible_case("pool", "overlap")`, then
    `pool(**inputs) - expected`. ValueError names the known cases.
    """
    exam = stored_exams(slug_of(function))[function]
    names = [each.name for each in exam.cases]
    if case not in names:
        raise ValueError(f"{function} has no visible case '{case}', only {', '.join(names)}.")
    place = names.index(case)
    return exam.inputs[place], exam.expected[place]


def _fields(exam: Exam) -> tuple:
    function = exam.function
    about = (function.points, function.gives, function.forbidden, function.seconds)
    cases = tuple(
        (
            case.name,
            case.idea,
            case.weight,
            case.tolerance,
            tuple(inputs.items()),
            _rounded(expected),
        )
        for case, inputs, expected in zip(exam.cases, exam.inputs, exam.expected, strict=True)
    )
    mistakes = tuple(
        (mistake.name, mistake.sentence, mistake.idea, _where_wrong(mistake, exam))
        for mistake in exam.mistakes
    )
    return about, cases, mistakes


def _where_wrong(mistake: Mistake, exam: Exam) -> tuple:
    """Its values, None where it is right: most mistakes are, in most cases, and space is short."""
    return tuple(
        None if compare(value, expected, case.tolerance).equal else _rounded(value)
        for value, expected, case in zip(mistake.values, exam.expected, exam.cases, strict=True)
    )


def _rounded(value):
    """To 9 decimals, below every tolerance: the last bits of a sum differ between machines."""
    if isinstance(value, tuple):
        return tuple(map(_rounded, value))
    if isinstance(value, Tensor) and value.dtype == torch.float64:
        return value.round(decimals=9) + 0.0  # + 0.0 takes the sign off a zero
    return value


def _exam(name: str, about: tuple, cases: tuple, mistakes: tuple) -> Exam:
    points, gives, forbidden, seconds = about
    inputs = tuple(dict(fields[4]) for fields in cases)
    expected = tuple(fields[5] for fields in cases)
    kept = tuple(_case(fields) for fields in cases)
    function = GradedFunction(name, points, kept, gives=gives, forbidden=forbidden, seconds=seconds)
    known = tuple(_mistake(fields, expected) for fields in mistakes)
    return Exam(function, kept, inputs, expected, known)


def _case(fields: tuple) -> Case:
    name, idea, weight, tolerance, inputs, _ = fields
    return Case(name, idea, lambda seed: dict(inputs), weight, tolerance, visible=True)


def _mistake(fields: tuple, expected: tuple) -> Mistake:
    name, sentence, idea, values = fields
    whole = tuple(
        right if value is None else value for value, right in zip(values, expected, strict=True)
    )
    return Mistake(name, sentence, idea, whole)
