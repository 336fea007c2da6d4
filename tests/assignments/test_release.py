"""The release is what its text makes, byte for byte, and fails clearly where the text is broken."""

import shutil

import nbformat
import pytest

from course_lib.authoring.release import release, stale_files

SLUG = "convolution"
NOTEBOOK = f"assignments/{SLUG}/{SLUG}.ipynb"
VALUES = f"course_lib/checking/visible/{SLUG}.safetensors"


@pytest.mark.parametrize("path", [NOTEBOOK, VALUES])
def test_the_committed_release_is_fresh(course, repository, path):
    # Made anew in another folder, with an empty gradebook: nothing may depend on the place.
    message = f"{path} is stale: `course release` makes it again"
    assert (course / path).read_bytes() == (repository / path).read_bytes(), message


def test_a_second_release_changes_nothing(course):
    before = [(course / path).read_bytes() for path in (NOTEBOOK, VALUES)]
    release(course, SLUG)
    assert [(course / path).read_bytes() for path in (NOTEBOOK, VALUES)] == before


def test_only_the_notebook_is_released(course, repository):
    for root in (course, repository):
        assert [path.name for path in (root / "assignments" / SLUG).iterdir()] == [f"{SLUG}.ipynb"]


def test_staleness_is_noticed_and_nothing_changed(course, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns(".grading"))
    text = copy / "solutions" / SLUG / f"{SLUG}.md"
    text.write_text(text.read_text(encoding="utf8").replace("## 1. How", "## 1. Just how"))
    (copy / "assignments" / SLUG / "left_over.txt").write_text("from an earlier release")
    before = (copy / NOTEBOOK).read_bytes()
    assert stale_files(copy, SLUG) == [NOTEBOOK, f"assignments/{SLUG}/left_over.txt"]
    assert (copy / NOTEBOOK).read_bytes() == before
    assert not (copy / ".grading").exists()


def test_an_unknown_assignment_is_named_with_the_known_ones(course):
    with pytest.raises(FileNotFoundError, match="there are: convolution"):
        release(course, "pooling")


@pytest.fixture(scope="module")
def notebook(course):
    return nbformat.read(course / NOTEBOOK, as_version=4)


def test_it_is_a_valid_notebook_of_no_particular_machine(notebook):
    nbformat.validate(notebook)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_cell_ids_are_grade_ids(notebook):
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        assert grade_id in (None, cell["id"])


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


def test_no_answer_and_no_rubric_is_left(notebook):
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "BEGIN" not in text
    assert "How to mark" not in text
    assert text.count("NotImplementedError") == 6
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


def test_the_rubric_is_in_the_gradebook(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / '.grading' / 'gradebook.db'}") as gradebook:
        cell = gradebook.find_source_cell("question-stride-that-does-not-fit", SLUG, SLUG)
        assert "How to mark this" in cell.source
