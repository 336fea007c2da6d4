"""Oracle: MyST-NB, which must find what our glue stores where its own would be."""

import nbformat
from myst_nb.ext.glue import extract_glue_data_cell

from course_lib.authoring.execution import execute


def test_myst_nb_reads_our_glue_as_its_own():
    source = "from course_lib.authoring.glue import glue\nglue('a', 'LeNet')"
    other = "from myst_nb import glue\nglue('a', 'LeNet', display=False)"
    read = []
    for code in (source, other):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        execute(notebook, "first")
        ((name, output),) = extract_glue_data_cell(notebook.cells[0])
        read.append((name, output.data["text/plain"], notebook.cells[0].outputs))
    assert read[0] == read[1] == ("a", "'LeNet'", [])
