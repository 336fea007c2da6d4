"""Every released notebook, opened by a student who has course_lib and no nbgrader."""

import nbformat
import pytest
from nbclient import NotebookClient

from course_lib.checking.cases import load_assignment

LOOK = "import sys; print(sorted({name.split('.')[0] for name in sys.modules}))"


@pytest.fixture(scope="module")
def executed(course, slug, tmp_path_factory):
    notebook = nbformat.read(course / "assignments" / slug / f"{slug}.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(LOOK))
    folder = tmp_path_factory.mktemp("student")
    resources = {"metadata": {"path": str(folder)}}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COURSE_CASES", raising=False)
        patch.setenv("OMP_NUM_THREADS", "1")
        NotebookClient(notebook, timeout=120, resources=resources).execute()
    return notebook


def said(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def test_it_runs_to_its_end_before_anything_is_written(executed):
    # nbclient raises on the first cell that fails, so it got here.
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr"


def test_each_check_says_that_nothing_is_written_and_gives_nothing(executed, course, slug):
    checks = [cell for cell in executed.cells if cell.metadata.get("nbgrader", {}).get("points")]
    code = [cell for cell in checks if cell.cell_type == "code"]
    assert len(code) == len(load_assignment(course / "solutions" / slug).functions)
    for cell in code:
        assert "it is not written yet." in said(cell)
        assert cell.outputs[-1].data["text/plain"] == "0.0"


def test_cells_for_trying_survive_an_unwritten_function(executed):
    trying = [cell for cell in executed.cells if "try_out(" in cell.source]
    assert trying
    assert all("is not written yet" in said(cell) for cell in trying)


def test_nothing_of_the_teachers_is_imported(executed):
    modules = said(executed.cells[-1])
    assert "'torch'" in modules
    for name in ("nbgrader", "nbconvert", "beartype", "pooch", "jupyter_book"):
        assert f"'{name}'" not in modules
