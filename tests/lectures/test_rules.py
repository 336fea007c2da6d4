"""Oracle: the house rules for chapters (STYLE.md, CONTRIBUTING.md)."""

import ast
import re

from course_lib.authoring import lectures, outputs
from course_lib.authoring.chapter_code import syntax_trees


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_a_cell_has_at_most_15_lines(chapter):
    long = [
        chapter.where(index)
        for index, cell in enumerate(chapter.notebook.cells)
        if cell.cell_type == "code" and len(cell.source.split("\n")) > 15
    ]
    assert not long


def test_a_line_of_code_fits_on_the_page(chapter):
    # 88 columns are what the site shows without scrolling sideways.
    wide = [
        f"{chapter.where(index)}: {line}"
        for index, cell in enumerate(chapter.notebook.cells)
        if cell.cell_type == "code"
        for line in cell.source.split("\n")
        if len(line) > 88 and "pip install" not in line and not line.startswith("# Setup")
    ]
    assert not wide


def test_no_function_of_the_library_is_typed_again(chapter, repository):
    library = set()
    for path in (repository / "course_lib").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf8"))
        library |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    defined = {
        node.name
        for _, tree in syntax_trees(chapter)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    assert not defined & library


def test_students_need_no_nbgrader(chapter):
    assert all("nbgrader" not in cell.source for cell in code(chapter.notebook))


def test_a_cell_that_seems_to_draw_shows_a_picture(chapter, notebook):
    pictures = [
        any("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in code(notebook)
    ]
    described = [bool(cell.metadata.get("alt")) for cell in code(notebook)]
    assert pictures == described


def test_outputs_may_be_published(chapter, notebook):
    outputs.check(chapter, notebook)


def test_all_cells_ran_in_order(notebook):
    counts = [cell.execution_count for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_the_notebook_is_small_enough_to_open(chapter, notebook):
    lectures.check_size(chapter, lectures.written(notebook))


def test_no_trace_of_myst_is_left_in_the_text(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    outside_code = re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    assert not re.search(r"^:::|^\([\w-]+\)=|\{[a-z:]+\}`|\]\(\w+\.md", outside_code, re.MULTILINE)
