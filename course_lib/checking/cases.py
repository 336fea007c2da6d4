"""What an assignment asks: its graded functions, their cases, and the bank of known mistakes.

The teacher's side of an assignment lies in `solutions/<slug>/`: `cases.py` holds `FUNCTIONS` and
`WITHHELD`, `wrong.py` the wrong answers. Nothing of it is ever given to students; they get the
visible cases as numbers (`stored.py`).
"""

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One idea a function is tried on: `make(seed)` gives its keyword arguments."""

    name: str  # "overlap": unique within its function
    idea: str  # "overlapping windows (stride 2, kernel 3)": what the student is told to look at
    make: Callable[[int], Inputs]
    weight: int | float = 1
    tolerance: float = 1e-9
    visible: bool = False


@dataclass(frozen=True)
class GradedFunction:
    """One function students write. `reference` is None where only stored numbers are known."""

    name: str
    points: int | float
    cases: tuple[Case, ...]
    reference: Callable | None = None
    gives: tuple[str, ...] = ("the output",)  # what messages call each value it returns
    forbidden: tuple[str, ...] = ()  # families of forbidden.py, or operators like "aten::addmm"
    seconds: int | float = 10  # the clock of one call when grading


class WrongAnswer:
    """A plausible mistake. Subclasses are named after it and hold `answer`, the mistaken code."""

    function: ClassVar[str]  # the graded function it stands for
    sentence: ClassVar[str]  # completes "Your answer is what you get when …"
    idea: ClassVar[str]  # how the `idea` of the cases begins that it violates

    @staticmethod
    def answer(*arguments, **options):
        raise NotImplementedError


@dataclass(frozen=True)
class Assignment:
    slug: str
    functions: dict[str, GradedFunction]
    wrong: tuple[type[WrongAnswer], ...] = ()
    withheld: tuple[str, ...] = ()  # modules of course_lib that the sandbox does not hold

    def wrong_answers(self, function: str) -> tuple[type[WrongAnswer], ...]:
        return tuple(answer for answer in self.wrong if answer.function == function)


def load_assignment(folder: Path) -> Assignment:
    """Read `cases.py` and `wrong` (a module or a package) of a folder under solutions/.

    Raises FileNotFoundError where cases.py is missing, ValueError where it does not fit together.
    """
    folder = Path(folder).resolve()
    if not (folder / "cases.py").exists():
        raise FileNotFoundError(f"{folder / 'cases.py'} is missing: it says what is graded")
    with _importable(folder) as loaded:
        cases = importlib.import_module("cases")
        if (folder / "wrong.py").exists() or (folder / "wrong").is_dir():
            importlib.import_module("wrong")
        wrong = tuple(answer for module in loaded() for answer in _wrong_answers(module))
    functions = {function.name: function for function in cases.FUNCTIONS}
    if len(functions) != len(cases.FUNCTIONS):
        raise ValueError(f"{folder / 'cases.py'}: two functions in FUNCTIONS share a name")
    for answer in wrong:
        if answer.function not in functions:
            raise ValueError(
                f"{folder / 'wrong'}: {answer.__name__} is a mistake of '{answer.function}', "
                f"but FUNCTIONS in cases.py holds only {', '.join(functions)}"
            )
    return Assignment(folder.name, functions, wrong, tuple(cases.WITHHELD))


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[Callable[[], list[ModuleType]]]:
    """Let the files of `folder` import one another; afterwards nobody can import them.

    Gives a function that lists the modules loaded from there.
    """

    def loaded() -> list[ModuleType]:
        # A copy: another thread may be importing.
        return [module for module in list(sys.modules.values()) if _lies_in(module, folder)]

    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield loaded
    finally:
        sys.path.remove(str(folder))
        for module in loaded():
            del sys.modules[module.__name__]


def _lies_in(module: Any, folder: Path) -> bool:
    # Some entries of sys.modules only look like modules.
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)


def _wrong_answers(module: ModuleType) -> Iterator[type[WrongAnswer]]:
    """The classes made in this module, in their order."""
    for value in vars(module).values():
        own = isinstance(value, type) and value.__module__ == module.__name__
        if own and issubclass(value, WrongAnswer) and hasattr(value, "sentence"):
            yield value
