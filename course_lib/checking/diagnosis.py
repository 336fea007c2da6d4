"""Name a mistake by its values: an answer equal to a known wrong one was made the same way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course_lib.checking.calling import Called
from course_lib.checking.cases import Case
from course_lib.checking.comparison import compare


@dataclass(frozen=True)
class Mistake:
    """A known mistake and what it gives on each case, in the order of the cases."""

    name: str
    sentence: str
    idea: str
    values: tuple[Any, ...]


def diagnose(
    cases: Sequence[Case], answers: Sequence[Called], mistakes: Sequence[Mistake]
) -> Mistake | None:
    """The one mistake that all the values fit, those of right cases included.

    None when an answer has no value, when nothing fits, and when two do: a wrong name sends a
    student looking in the wrong place, which is worse than no name.
    """
    if any(answer.error for answer in answers):
        return None
    fitting = [mistake for mistake in mistakes if _fits(mistake, cases, answers)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(mistake: Mistake, cases: Sequence[Case], answers: Sequence[Called]) -> bool:
    return all(
        _same(answer.value, value, case.tolerance)
        for answer, value, case in zip(answers, mistake.values, cases, strict=True)
    )


def _same(mine: Any, other: Any, tolerance: float) -> bool:
    """Both ways: `compare` takes the whole number 3 where 3.0 is expected, not the reverse."""
    return compare(mine, other, tolerance).equal and compare(other, mine, tolerance).equal
