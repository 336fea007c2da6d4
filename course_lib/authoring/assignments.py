"""Read the text of an assignment as nbgrader's source notebook, and see that it holds together.

In `solutions/<slug>/<slug>.md` a cell says no more than what it is:

    nbgrader: {grade_id: answer-pool, solution: true}         an answer cell
    nbgrader: {grade_id: pool, grade: true, points: 3}        a check cell
    nbgrader: {grade_id: imports}                             given, and not to be changed
    nbgrader: {grade_id: why, grade: true, solution: true, points: 4}    answered in words

What nbgrader wants besides follows from that. Every other cell is the student's to play with.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.authoring.course_file import Course
from course_lib.authoring.setup_cell import INSTALL
from course_lib.checking.cases import Assignment

SETUP = "# Setup"
# As in the chapters, without what only figures need.
SETUP_SOURCE = """\
# Setup: in Colab this installs the library of the course. Elsewhere it does nothing.
import sys
from importlib.util import find_spec

if "google.colab" in sys.modules and find_spec("course_lib") is None:
    {install}"""
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ALLOWED = {"grade_id", "grade", "solution", "points"}
GRADE_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def read_assignment(path: Path, assignment: Assignment, course: Course) -> NotebookNode:
    """The source notebook of an assignment, with the solutions in it.

    Raises ValueError where a cell lacks its grade id, shares it, asks for a function that cases.py
    does not know, or where points differ between the cell, its check and cases.py.
    """
    from myst_nb.core.read import read_myst_markdown_notebook

    notebook = read_myst_markdown_notebook(path.read_text(encoding="utf8"), path=path)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    where = f"solutions/{path.parent.name}/{path.name}"
    for cell in notebook.cells:
        if cell.source.strip() == SETUP:
            cell.source = SETUP_SOURCE.format(install=f"{INSTALL} {course.wheel}")
        _complete(cell, where)
    _name_cells(notebook)
    _check_grade_ids(notebook, where)
    _check_functions(notebook, assignment, where)
    return notebook


def write_notebook(notebook: NotebookNode) -> str:
    """The file's text: the same notebook gives the same bytes."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def _complete(cell: NotebookNode, where: str) -> None:
    """Fill in what nbgrader wants to know of a cell beyond what the text says."""
    given = cell.metadata.get("nbgrader")
    if given is None:
        if "BEGIN SOLUTION" in cell.source or "check(" in _code(cell):
            raise ValueError(f"{where}: this cell needs nbgrader metadata:\n{cell.source[:200]}")
        return
    if not GRADE_ID.fullmatch(str(given.get("grade_id", ""))):
        raise ValueError(
            f"{where}: nbgrader metadata needs a grade_id of letters, digits, - and _ "
            f"in this cell:\n{cell.source[:200]}"
        )
    if unknown := set(given) - ALLOWED:
        raise ValueError(f"{where}: {given['grade_id']} has nbgrader metadata {sorted(unknown)}")
    grade, solution = bool(given.get("grade")), bool(given.get("solution"))
    if grade != ("points" in given):
        raise ValueError(f"{where}: {given['grade_id']}: a graded cell, and no other, has points")
    cell.metadata["nbgrader"] = nbformat.from_dict(
        {
            **given,
            "grade": grade,
            "solution": solution,
            "locked": not solution,
            "task": False,
            "schema_version": 3,
        }
    )


def _code(cell: NotebookNode) -> str:
    return cell.source if cell.cell_type == "code" else ""


def _name_cells(notebook: NotebookNode) -> None:
    """Cell ids from grade ids, and from the place among their kind for all others."""
    counts: Counter[str] = Counter()
    for cell in notebook.cells:
        kind = "text" if cell.cell_type == "markdown" else "code"
        counts[kind] += 1
        cell["id"] = grade_id(cell) or f"{kind}-{counts[kind]}"


def grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _check_grade_ids(notebook: NotebookNode, where: str) -> None:
    counts = Counter(cell["id"] for cell in notebook.cells)
    if doubled := [name for name, count in counts.items() if count > 1]:
        raise ValueError(f"{where}: the grade_id {doubled[0]} stands at more than one cell")


def _check_functions(notebook: NotebookNode, assignment: Assignment, where: str) -> None:
    checked = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not about.get("grade"):
            continue
        name, points = _call_of_check(cell, where)
        if name not in assignment.functions:
            raise ValueError(f"{where}: {about['grade_id']} checks '{name}', unknown to cases.py")
        known = assignment.functions[name].points
        if not points == about["points"] == known:
            raise ValueError(
                f"{where}: {name} has {points} points in its check, {about['points']} in its "
                f"metadata and {known} in cases.py; write the same number in all three"
            )
        checked[name] = cell
    if missing := set(assignment.functions) - set(checked):
        raise ValueError(f"{where}: no cell checks {', '.join(sorted(missing))} of cases.py")


def _call_of_check(cell: NotebookNode, where: str) -> tuple[str, int | float]:
    """The name and the points in `check("name", name, points=4)`, the cell's only line."""
    match ast.parse(cell.source).body:
        case [
            ast.Expr(
                ast.Call(
                    func=ast.Name("check"),
                    args=[ast.Constant(str() as name), ast.Name(same)],
                    keywords=[ast.keyword("points", ast.Constant(int() | float() as points))],
                )
            )
        ] if name == same:
            return name, points
    raise ValueError(
        f"{where}: the cell {grade_id(cell)} must hold one line, "
        f'check("name", name, points=4), not:\n{cell.source}'
    )
