"""Oracle: a real kernel, as JupyterLab and the site run it."""

import pytest

CELLS = (
    "import torch; from course_lib.plotting import plot_images",
    "figure = plot_images(torch.rand(2, 4, 4)); figure",
    "plot_images(torch.rand(2, 4, 4));",
    "figure",
    "display(plot_images(torch.rand(2, 4, 4)), plot_images(torch.rand(2, 4, 4)))",
)


def test_a_figure_is_shown_once_and_again_when_asked():
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=120).execute()
    pictures = [
        sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in notebook.cells
    ]
    assert pictures == [0, 1, 1, 1, 2]
