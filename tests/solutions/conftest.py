"""The teacher's side of the assignment, loaded once."""

import contextlib
import importlib
import inspect
import sys
from pathlib import Path

import pytest

from course_lib.checking.calling import Called, call
from course_lib.checking.cases import load_assignment
from course_lib.checking.exams import draw_exam
from course_lib.checking.source import forbidden_in_source
from course_lib.checking.verdict import judge

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions" / "convolution"
FUNCTIONS = (
    "output_size",
    "conv_channels_last",
    "conv_channels_last_grad_images",
    "conv_channels_last_grad_weight",
    "pool_channels_last",
    "pool_channels_last_backward",
)


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", FUNCTIONS)


@pytest.fixture(scope="session")
def assignment():
    return load_assignment(SOLUTIONS)


@pytest.fixture(scope="session")
def right_answers():
    """The unusual right answers by the function they answer."""
    with _importable(SOLUTIONS):
        modules = {name: importlib.import_module(f"right.{name}") for name in FUNCTIONS}
    return {
        name: [
            answer
            for word, answer in vars(module).items()
            if inspect.isfunction(answer)
            and answer.__module__ == module.__name__
            and not word.startswith("_")
        ]
        for name, module in modules.items()
    }


@contextlib.contextmanager
def _importable(folder: Path):
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    for module in set(sys.modules) - before:
        if module.split(".")[0] == "right":
            del sys.modules[module]


@pytest.fixture(scope="session")
def exam_of(assignment):
    """Exams drawn once for each function, seed and visibility."""
    drawn = {}

    def draw(name, seed, only_visible=False):
        key = (name, seed, only_visible)
        drawn[key] = drawn.get(key) or draw_exam(assignment, name, seed, only_visible)
        return drawn[key]

    return draw


@pytest.fixture(scope="session")
def verdicts_on_mistakes(exam_of):
    """What the judge says to each known mistake, by its name."""
    known = {}

    def verdicts(name, *draw):
        exam = exam_of(name, *draw)
        if (name, *draw) not in known:
            known[name, *draw] = {
                mistake.name: judge(
                    exam.function,
                    exam.cases,
                    [Called(value) for value in mistake.values],
                    exam.expected,
                    exam.mistakes,
                )
                for mistake in exam.mistakes
            }
        return known[name, *draw]

    return verdicts


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
