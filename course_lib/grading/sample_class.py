"""The bundled sample class: made-up students whose notebooks show what grading does.

Each file of `solutions/<slug>/sample_class/` is one student: functions that take the place of the
perfect ones, and a few constants. The files are read, never run.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.places import Places
from course_lib.grading.transplant import grade_id, is_answer, read_release

NOT_AN_ANSWER = ("### BEGIN SOLUTION", "### END SOLUTION", "# going-deeper-canary")


@dataclass(frozen=True)
class Pretended:
    """One student of the sample class, as the file says."""

    student: str
    functions: Mapping[str, str]  # source by name
    constants: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.constants["NAME"]

    @property
    def expected(self) -> Mapping[str, float]:
        """The points each check must give, by grade id."""
        return self.constants["EXPECTED"]


def pretended_students(folder: Path) -> list[Pretended]:
    """The sample class in a folder, sorted by file name. ValueError names a file that lacks."""
    return [_read(path) for path in sorted(folder.glob("[!_]*.py"))]


def hand_in(places: Places, slug: str) -> list[str]:
    """Hand in the sample class's notebooks and enter its students; their ids.

    Raises FileNotFoundError where there is no such class, or no release to make notebooks of.
    """
    folder = places.solutions(slug) / "sample_class"
    everybody = pretended_students(folder)
    if not everybody:
        raise FileNotFoundError(f"{folder} holds no sample class")
    release = read_release(places.release(slug))
    perfect = perfect_answers(read_release(places.source(slug)))
    due = places.due(slug)
    for each in everybody:
        path = places.notebook("submitted", each.student, slug)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook_of(each, release, perfect), path)
        if due is not None:
            time = f"{due - timedelta(days=1):%Y-%m-%d %H:%M:%S} UTC"
            path.with_name("timestamp.txt").write_text(time, encoding="ascii")
    with open_gradebook(places) as gradebook:
        for each in everybody:
            first, _, last = each.name.rpartition(" ")
            email = f"{each.student}@example.edu"
            gradebook.update_or_create_student(
                each.student, first_name=first, last_name=last, email=email
            )
    return [each.student for each in everybody]


def perfect_answers(source: NotebookNode) -> dict[str, str]:
    """The answers of the staged source notebook, by grade id, as a student would write them."""
    return {
        grade_id(cell): "\n".join(
            line for line in cell.source.splitlines() if not line.strip().startswith(NOT_AN_ANSWER)
        )
        for cell in source.cells
        if is_answer(cell)
    }


def notebook_of(each: Pretended, release: NotebookNode, perfect: Mapping[str, str]) -> NotebookNode:
    """The release as this student hands it in."""
    notebook = nbformat.from_dict(release)
    written = each.constants.get("WRITTEN", {})
    tags = each.constants.get("TAGS", {})
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in tags:
            cell.metadata["tags"] = list(tags[name])
        if not is_answer(cell) or each.constants.get("UNTOUCHED"):
            continue
        cell.source = written.get(name, _with_functions(perfect[name], cell, each.functions))
    return notebook


def _with_functions(perfect: str, cell: NotebookNode, functions: Mapping[str, str]) -> str:
    """The perfect answer with this student's own functions in the place of those they wrote."""
    if cell.cell_type != "code":
        return perfect
    lines = perfect.splitlines()
    for node in reversed(ast.parse(perfect).body):
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            lines[node.lineno - 1 : node.end_lineno] = functions[node.name].splitlines()
    return "\n".join(lines)


def _read(path: Path) -> Pretended:
    text = path.read_text(encoding="utf8")
    functions, constants = {}, {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = ast.get_source_segment(text, node)
        elif isinstance(node, ast.Assign):
            constants[node.targets[0].id] = ast.literal_eval(node.value)
    lacking = [name for name in ("NAME", "EXPECTED") if name not in constants]
    if lacking:
        raise ValueError(f"{path} does not say {' and '.join(lacking)}")
    return Pretended(path.stem, functions, constants)
