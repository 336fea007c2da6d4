"""Put a student's answers, and nothing else of theirs, into our own notebook.

What is graded is the release with other text in its answer cells. Metadata, tags, outputs and
every other cell of the student's stay behind, and with them all that could pretend to be graded.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.grading.intake import SubmittedCell
from course_lib.grading.notebook_reader import DEFINITION


class UnclearError(ValueError):
    """An answer cannot be told from the submission; a person must look. The text says why."""


@dataclass(frozen=True)
class Transplant:
    """The notebook to grade, and what was repaired on the way, in sentences."""

    notebook: NotebookNode
    repairs: tuple[str, ...]


def read_release(path: Path) -> NotebookNode:
    """Our own notebook of an assignment. FileNotFoundError says what makes it."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; `course release {path.stem}` makes it.")
    return nbformat.read(path, as_version=4)


def transplant(release: NotebookNode, cells: Sequence[SubmittedCell]) -> Transplant:
    """The release with the answers of a submission in it.

    An answer is looked for by its grade id, then its cell id, then the functions it defines.
    Raises UnclearError where it is missing, or where there are two different ones.
    """
    notebook = nbformat.from_dict(release)
    repairs = []
    for cell in notebook.cells:
        if is_answer(cell):
            source, repair = _Search(cell, cells).found()
            cell.source = source
            repairs += repair
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return Transplant(notebook, (*repairs, *_left_behind(release, notebook, cells)))


def is_answer(cell: NotebookNode) -> bool:
    """A cell that students write: code, or a written answer."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


class _Search:
    """The answer to one cell of the release."""

    def __init__(self, cell: NotebookNode, cells: Sequence[SubmittedCell]):
        self._name = grade_id(cell)
        self._stub = cell.source
        self._functions = set(DEFINITION.findall(cell.source))
        by_grade_id = [each for each in cells if each.grade_id == self._name]
        by_cell_id = [each for each in cells if each.id == cell.get("id") and not each.grade_id]
        self._marked = by_grade_id or by_cell_id
        self._defining = [each for each in cells if self._functions <= {*each.defines}]

    def found(self) -> tuple[str, list[str]]:
        """The source and, where it took a repair, a sentence about it."""
        if not self._functions:
            return self._only(self._marked)
        both = [each for each in self._marked if self._functions <= {*each.defines}]
        if both and any(self._is_written(each) for each in both):
            return self._only(both)
        elsewhere = [each for each in self._defining if self._is_written(each)]
        if elsewhere:
            source, _ = self._only(elsewhere)
            return source, [f"the answer of {self._name} was found in another cell"]
        return self._only(both or self._marked)

    def _only(self, candidates: list[SubmittedCell]) -> tuple[str, list[str]]:
        """One text out of several cells: equal ones are one, an untouched one does not count."""
        texts = list(dict.fromkeys(each.source for each in candidates))
        written = [each.source for each in candidates if self._is_written(each)]
        chosen = list(dict.fromkeys(written)) or texts[:1]
        if not chosen:
            raise UnclearError(f"The answer cell {self._name} is missing.")
        if len(chosen) > 1:
            raise UnclearError(
                f"There are {len(chosen)} different answers to {self._name}; only one can count."
            )
        doubled = len(candidates) > 1
        return chosen[0], [f"the cell {self._name} was there more than once"] if doubled else []

    def _is_written(self, cell: SubmittedCell) -> bool:
        return cell.source.strip() not in ("", self._stub.strip())


def _left_behind(
    release: NotebookNode, notebook: NotebookNode, cells: Sequence[SubmittedCell]
) -> list[str]:
    """Functions that answers use but that are defined in cells of the student's own."""
    ours = {name for cell in release.cells for name in DEFINITION.findall(cell.source)}
    answers = "\n".join(
        cell.source for cell in notebook.cells if is_answer(cell) and cell.cell_type == "code"
    )
    known = ours | set(DEFINITION.findall(answers))
    names = {name for cell in cells for name in cell.defines} - known
    used = sorted(name for name in names if re.search(rf"\b{name}\b", answers))
    return [
        f"the function {name} is defined outside the answer cells, so it is not known when grading"
        for name in used
    ]
