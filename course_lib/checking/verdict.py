"""From answers to points and a report: one judge for the notebook and for the teacher."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from course_lib.checking.calling import NOT_WRITTEN, Called
from course_lib.checking.cases import Case, GradedFunction
from course_lib.checking.comparison import compare
from course_lib.checking.diagnosis import Mistake, diagnose
from course_lib.checking.forbidden import says


@dataclass(frozen=True)
class Verdict:
    points: float
    lines: tuple[str, ...]  # the report, for the student
    mistake: str | None = None  # the name of the likely mistake
    forbidden: tuple[str, ...] = ()  # families that were used
    failed: tuple[str, ...] = ()  # names of cases
    looked_at: str | None = None  # the name of the case the message is about


def judge(
    function: GradedFunction,
    cases: Sequence[Case],
    answers: Sequence[Called],
    expected: Sequence[Any],
    mistakes: Sequence[Mistake] = (),
    noticed: Sequence[str] = (),
) -> Verdict:
    """Points for the weighted share of right cases; 0 for what used a forbidden operation.

    `answers` and `expected` follow `cases`; `noticed` are families found in the source.
    """
    messages = [
        _message(answer, right, case, function)
        for case, answer, right in zip(cases, answers, expected, strict=True)
    ]
    failed = [case for case, message in zip(cases, messages, strict=True) if message]
    used = [word for answer in answers for word in answer.forbidden_used]
    forbidden = tuple(dict.fromkeys([*used, *noticed]))
    points = 0.0 if forbidden else _points(function, cases, failed)
    mistake = diagnose(cases, answers, mistakes) if failed and not forbidden else None
    shown = None if forbidden else _case_to_show(failed, mistake)
    said = messages[list(cases).index(shown)] if shown else ""
    lines = [_headline(function, cases, failed, points), *_case_lines(cases, messages)]
    if forbidden:
        lines += _forbidden_lines(function, forbidden)
    elif shown:
        lines += _mistake_lines(function, shown, said, mistake)
    lines += _changed_lines(function, answers)
    return Verdict(
        points,
        tuple(lines),
        mistake.name if mistake else None,
        forbidden,
        tuple(case.name for case in failed),
        shown.name if shown and said != NOT_WRITTEN else None,
    )


def _message(answer: Called, right, case: Case, function: GradedFunction) -> str:
    if answer.error:
        return answer.error
    return compare(answer.value, right, case.tolerance, function.gives).message


def _points(function: GradedFunction, cases: Sequence[Case], failed: Sequence[Case]) -> float:
    if not failed:
        return float(function.points)
    total = sum(case.weight for case in cases)
    right = total - sum(case.weight for case in failed)
    return round(function.points * right / total, 2)


def _headline(
    function: GradedFunction, cases: Sequence[Case], failed: Sequence[Case], points: float
) -> str:
    right = len(cases) - len(failed)
    return (
        f"{function.name}: {right} of {len(cases)} cases right, "
        f"{points:g} of {function.points:g} points."
    )


def _case_lines(cases: Sequence[Case], messages: Sequence[str]) -> list[str]:
    if all(message == NOT_WRITTEN for message in messages):
        return []
    return [
        f"  {'wrong' if message else 'right'}: {case.idea}"
        for case, message in zip(cases, messages, strict=True)
    ]


def _case_to_show(failed: Sequence[Case], mistake: Mistake | None) -> Case | None:
    """The failed case the mistake is about, else the first that failed: the plainest one."""
    about = [case for case in failed if mistake and case.idea.startswith(mistake.idea)]
    return next(iter([*about, *failed]), None)


def _mistake_lines(
    function: GradedFunction, case: Case, message: str, mistake: Mistake | None
) -> list[str]:
    lines = [f"{function.name}: {message}"]
    if message == NOT_WRITTEN:
        return lines
    if mistake:
        lines.append(f"Your answer is what you get when {mistake.sentence}.")
    return [*lines, f"Look at: {case.idea}."]


def _forbidden_lines(function: GradedFunction, forbidden: Sequence[str]) -> list[str]:
    what = " and ".join(map(says, forbidden))
    return [
        f"{function.name}: it uses {what}, so it counts 0 for now.",
        "The task is to write this operation yourself, out of sums, products and indexing.",
        "If you think this is a misunderstanding, tell your teacher: they can change it.",
    ]


def _changed_lines(function: GradedFunction, answers: Sequence[Called]) -> list[str]:
    names = dict.fromkeys(name for answer in answers for name in answer.changed)
    if not names:
        return []
    what = " and ".join(f"`{name}`" for name in names)
    return [
        f"By the way: {function.name} writes into its argument {what}.",
        "No points are lost, but callers rarely expect it; work on a copy (.clone()).",
    ]
