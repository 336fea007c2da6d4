"""Put a student's answers, and nothing else of theirs, into our own notebook.

What is graded is the release with other text in its answer cells. Metadata, tags, outputs and
every other cell of the student's stay behind, and with them all that could pretend to be graded.
"""

import builtins
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.grading.intake import SubmittedCell
from course_lib.grading.names import (
    assigned,
    bound,
    imported,
    meanings,
    read,
    read_by_functions,
    rebound,
)
from course_lib.grading.notebook_reader import DEFINITION, SOURCE_CHARACTERS

CARRIED = {"collections", "functools", "itertools", "math", "numpy", "torch", "typing"}
LEFT = "{} is defined outside the answer cells, so it is not known when grading"


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

    An answer is looked for by its grade id, then its cell id, then the functions it defines; plain
    imports that it needs come with it.
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
    repairs += _carry_imports(notebook, cells)
    repairs += [*_left_behind(release, notebook, cells), *_more_than_one_meaning(notebook)]
    return Transplant(notebook, tuple(repairs))


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
            return self._joined(both) or self._only(both)
        elsewhere = [each for each in self._defining if self._is_written(each)]
        if elsewhere:
            source, _ = self._only(elsewhere)
            return source, [f"the answer of {self._name} was found in another cell"]
        return self._only(both or self._marked)

    def _joined(self, both: list[SubmittedCell]) -> tuple[str, list[str]] | None:
        """An answer cell that was split: the part with the function and those it needs."""
        mains = dict.fromkeys(each.source for each in both if self._is_written(each))
        if len(mains) > 1:
            return None
        parts = {each.source: bound(each.source) for each in self._marked if self._is_written(each)}
        needed = list(mains)
        for part in needed:  # grows while it is walked
            wanted = read(part)
            needed += [each for each in parts if wanted & parts[each] and each not in needed]
        names = [name for part in needed for name in parts[part]]
        source = "\n\n".join(part for part in parts if part in needed)
        clear = len(set(names)) == len(names) and len(source) <= SOURCE_CHARACTERS
        if len(needed) == 1 or not clear:
            return None
        return source, [f"the cell {self._name} was split; its {len(needed)} parts were joined"]

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


def _code_answers(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if is_answer(cell) and cell.cell_type == "code"]


def _given_names(notebook: NotebookNode) -> set[str]:
    """What our own cells make known before the answers."""
    given = [cell for cell in notebook.cells if grade_id(cell) and not is_answer(cell)]
    return {name for cell in given if cell.cell_type == "code" for name in bound(cell.source)}


def _carry_imports(notebook: NotebookNode, cells: Sequence[SubmittedCell]) -> list[str]:
    """Put plain imports above the answers that need them.

    Only of modules that are there when grading, and only where no answer means something else.
    """
    answers = _code_answers(notebook)
    own = {name for cell in answers for name in {*meanings(cell.source)} - {*imported(cell.source)}}
    known = _given_names(notebook) | own | set(dir(builtins))
    lines: dict[str, set[str]] = {}
    for cell in cells:
        for name, line in imported(cell.source).items() if cell.kind == "code" else ():
            lines.setdefault(name, set()).add(line)
    plain = {
        name: line
        for name, (line, *others) in lines.items()
        if not others and line.split()[1].split(".")[0] in CARRIED
    }
    carried = set()
    for cell in answers:
        known |= {*imported(cell.source)}  # what an earlier answer imports is there
        above = sorted(line for name, line in plain.items() if name in read(cell.source) - known)
        if above and not cell.source.lstrip().startswith("%%") and "__future__" not in cell.source:
            cell.source = "\n".join([*above, cell.source])
            carried |= {*above}
    return [
        f"`{line}` stands outside the answer cells; it was put above those that need it"
        for line in sorted(carried)
    ]


def _left_behind(
    release: NotebookNode, notebook: NotebookNode, cells: Sequence[SubmittedCell]
) -> list[str]:
    """What answers use, but was defined in cells of the student's own."""
    answers = [cell.source for cell in _code_answers(notebook)]
    used = {name for text in answers for name in read(text)}
    used_inside = {name for text in answers for name in read_by_functions(text)}
    known = _given_names(notebook).union(*map(bound, answers))
    ours = {name for cell in release.cells for name in DEFINITION.findall(cell.source)}
    functions = used & {name for cell in cells for name in cell.defines} - known - ours
    code = [cell.source for cell in cells if cell.kind == "code"]
    imports = used & {name for text in code for name in imported(text)}
    # A name that only a test below an answer reads is worth no word.
    others = used_inside & {name for text in code for name in assigned(text)}
    names = (imports | others) - known - functions - set(dir(builtins))
    return [
        *(LEFT.format(f"the function {name}") for name in sorted(functions)),
        *(LEFT.format(f"the name {name}") for name in sorted(names)),
    ]


def _more_than_one_meaning(notebook: NotebookNode) -> list[str]:
    sources = [cell.source for cell in _code_answers(notebook)]
    places = range(1, len(sources))
    names = {name for place in places for name in rebound(sources[:place], sources[place:])}
    return [
        f"{name} is not the same in all answer cells; each function is asked before it changes"
        for name in sorted(names)
    ]
