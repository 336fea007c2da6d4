"""Of convolution alone: its cells, its points and its rubric."""

import nbformat
import pytest

SLUG = "convolution"


@pytest.fixture(scope="module")
def notebook(course):
    return nbformat.read(course / "assignments" / SLUG / f"{SLUG}.ipynb", as_version=4)


def test_roles_are_those_nbgrader_knows(notebook):
    roles = {
        cell["id"]: tuple(cell.metadata.nbgrader[key] for key in ("grade", "solution", "locked"))
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    assert roles["imports"] == (False, False, True)
    assert roles["answer-output_size"] == (False, True, False)
    assert roles["output_size"] == (True, False, True)
    assert roles["question-stride-that-does-not-fit"] == (False, False, True)
    assert roles["stride-that-does-not-fit"] == (True, True, False)


def test_points_add_up_to_those_in_the_text(notebook):
    points = [cell.metadata.get("nbgrader", {}).get("points", 0) for cell in notebook.cells]
    assert sum(points) == 25
    table = notebook.cells[0].source
    listed = [line.split("|")[-2] for line in table.splitlines() if line.startswith("| ")]
    assert sum(int(cell) for cell in listed if cell.strip().isdigit()) == 25


def test_the_rubric_is_in_the_gradebook(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / '.grading' / 'gradebook.db'}") as gradebook:
        cell = gradebook.find_source_cell("question-stride-that-does-not-fit", SLUG, SLUG)
        assert "How to mark this" in cell.source
