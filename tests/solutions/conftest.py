"""The teacher's side of every assignment. A file with ONLY = "slug" is about that one alone."""

import functools
import importlib
import inspect
import sys
from pathlib import Path

import pytest

from course_lib.authoring.release import assignments_in
from course_lib.checking.calling import Called, call
from course_lib.checking.cases import Assignment, load_assignment
from course_lib.checking.exams import Exam, draw_exam
from course_lib.checking.source import forbidden_in_source
from course_lib.checking.verdict import Verdict, judge

REPOSITORY = Path(__file__).resolve().parents[2]
SLUGS = assignments_in(REPOSITORY)


def pytest_generate_tests(metafunc):
    """Try what depends on `slug` on every assignment, and on every function if it takes `name`."""
    slugs = [slug for slug in SLUGS if slug == getattr(metafunc.module, "ONLY", slug)]
    if "name" in metafunc.fixturenames:
        pairs = [(slug, name) for slug in slugs for name in loaded(slug).functions]
        metafunc.parametrize(("slug", "name"), pairs)
    elif "slug" in metafunc.fixturenames:
        metafunc.parametrize("slug", slugs)


@functools.cache
def loaded(slug: str) -> Assignment:
    return load_assignment(REPOSITORY / "solutions" / slug)


@functools.cache
def right_answers_to(slug: str, name: str) -> list:
    """The functions of right/<name>.py."""
    folder = str(REPOSITORY / "solutions" / slug)
    before = set(sys.modules)
    sys.path.insert(0, folder)
    module = importlib.import_module(f"right.{name}")
    sys.path.remove(folder)
    for other in set(sys.modules) - before:
        # The next assignment has modules of the same names.
        if str(getattr(sys.modules[other], "__file__", "")).startswith(folder):
            del sys.modules[other]
    return [
        answer
        for word, answer in vars(module).items()
        if inspect.isfunction(answer)
        and answer.__module__ == module.__name__
        and not word.startswith("_")
    ]


@functools.cache
def drawn(slug: str, name: str, seed: int, only_visible: bool = False) -> Exam:
    return draw_exam(loaded(slug), name, seed, only_visible)


@functools.cache
def verdicts(slug: str, name: str, *draw) -> dict[str, Verdict]:
    """What the judge says to each known mistake, by its name."""
    exam = drawn(slug, name, *draw)
    return {
        mistake.name: judge(
            exam.function,
            exam.cases,
            [Called(value) for value in mistake.values],
            exam.expected,
            exam.mistakes,
        )
        for mistake in exam.mistakes
    }


@pytest.fixture
def assignment(slug):
    return loaded(slug)


@pytest.fixture
def right_answers(slug, name):
    """The unusual right answers to one function."""
    return right_answers_to(slug, name)


@pytest.fixture
def exam_of(slug):
    """`exam_of(name, seed, only_visible)`: drawn once."""
    return functools.partial(drawn, slug)


@pytest.fixture
def verdicts_on_mistakes(slug):
    """`verdicts_on_mistakes(name, seed, only_visible)`: judged once."""
    return functools.partial(verdicts, slug)


@pytest.fixture
def verdict_on():
    """Judge one answer as the grader does, source included."""

    def verdict(exam, answer, source=None):
        answers = [call(answer, inputs, exam.function.forbidden) for inputs in exam.inputs]
        source = inspect.getsource(answer) if source is None else source
        noticed = forbidden_in_source(source, exam.function.forbidden, exam.function.name)
        mistakes = exam.mistakes
        return judge(exam.function, exam.cases, answers, exam.expected, mistakes, noticed)

    return verdict
