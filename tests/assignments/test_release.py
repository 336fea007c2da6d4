"""Every release is what its text makes, byte for byte, and fails clearly where it is broken."""

import shutil

import nbformat
import pytest

from course_lib import cli, provenance
from course_lib.authoring.readme import BEGIN, END
from course_lib.authoring.release import assignments_in, release, stale_files
from course_lib.checking.cases import load_assignment

NOTEBOOK = "assignments/{0}/{0}.ipynb"
VALUES = "course_lib/checking/visible/{0}.safetensors"


@pytest.mark.parametrize("path", [NOTEBOOK, VALUES])
def test_the_committed_release_is_fresh(course, repository, slug, path):
    # Made anew in another folder, with an empty gradebook: nothing may depend on the place.
    path = path.format(slug)
    message = f"{path} is stale: `course release` makes it again"
    assert (course / path).read_bytes() == (repository / path).read_bytes(), message


def test_a_second_release_changes_nothing(course, slug):
    files = [course / path.format(slug) for path in (NOTEBOOK, VALUES)]
    before = [file.read_bytes() for file in files]
    release(course, slug)
    assert [file.read_bytes() for file in files] == before


def test_only_the_notebook_is_released(course, repository, slug):
    for root in (course, repository):
        files = (root / "assignments" / slug).glob("[!.]*")
        assert [path.name for path in files] == [f"{slug}.ipynb"]


@pytest.fixture
def copy(course, tmp_path):
    """A course to change, never released in its place."""
    shutil.copytree(course, tmp_path / "course", ignore=shutil.ignore_patterns(".grading"))
    return tmp_path / "course"


def test_staleness_is_noticed_and_nothing_changed(copy, slug):
    text = copy / "solutions" / slug / f"{slug}.md"
    text.write_text(text.read_text(encoding="utf8") + "\nOne more line.\n", encoding="utf8")
    notebook = copy / NOTEBOOK.format(slug)
    (notebook.parent / "left_over.txt").write_text("from an earlier release")
    before = notebook.read_bytes()
    assert stale_files(copy, slug) == [NOTEBOOK.format(slug), f"assignments/{slug}/left_over.txt"]
    assert notebook.read_bytes() == before
    assert not (copy / ".grading").exists()


def test_what_jupyterlab_leaves_beside_a_notebook_is_not_stale(copy, slug):
    (copy / "assignments" / slug / ".ipynb_checkpoints").mkdir()
    assert stale_files(copy, slug) == []


def test_the_command_writes_the_table_of_the_readme(copy, monkeypatch, slug, capsys):
    (copy / "README.md").write_text(f"{BEGIN}\n{END}\n", encoding="utf8")
    (copy / "book").mkdir()
    (copy / "book" / "_toc.yml").write_text("root: intro\nparts: [{chapters: []}]\n")
    (copy / "book" / "intro.md").write_text("# Intro\n")
    monkeypatch.setattr(provenance, "repository", lambda: copy)
    assert cli.main(["release", slug, "--check"]) == 0
    assert "README.md" not in capsys.readouterr().out
    assert cli.main(["release", slug]) == 0
    assert "README.md: its tables now name what there is" in capsys.readouterr().out
    assert f"| {slug} | " in (copy / "README.md").read_text(encoding="utf8")


def test_an_unknown_assignment_is_named_with_the_known_ones(course):
    known = ", ".join(assignments_in(course))
    with pytest.raises(FileNotFoundError, match=f"there are: {known}"):
        release(course, "no-such-assignment")


@pytest.fixture
def notebook(course, slug):
    return nbformat.read(course / NOTEBOOK.format(slug), as_version=4)


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


def test_no_answer_and_no_rubric_is_left(notebook, course, slug):
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "BEGIN" not in text
    assert "How to mark" not in text
    functions = load_assignment(course / "solutions" / slug).functions
    assert text.count("NotImplementedError") == len(functions)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
