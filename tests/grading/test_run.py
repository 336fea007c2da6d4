"""Given code and answers, and who pays for a cell that is cut. Oracle: cells written by hand."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.grading import run
from course_lib.grading.kernel import KernelLostError
from course_lib.grading.run import NotebookRun

BUSY = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 1.5: pass"


def notebook(given: str, answer: str):
    cells = [
        new_code_cell(given, metadata={"nbgrader": {"grade_id": "given", "locked": True}}),
        new_code_cell(answer, metadata={"nbgrader": {"grade_id": "answer", "solution": True}}),
    ]
    return new_notebook(cells=cells)


def test_given_code_has_time_of_its_own_on_a_busy_machine(library):
    """Importing torch took longer than an answer may, and a right answer found no torch."""
    asked = notebook(f"{BUSY}\nname = 3", "print(name)")
    with NotebookRun(asked, library, cell_seconds=0.7) as started:
        given, answer = started.ran.values()
    assert (given.cut, answer.text) == (None, "3\n")


def test_an_answer_that_takes_as_long_is_cut(library):
    asked = notebook("name = 3", BUSY)
    with NotebookRun(asked, library, cell_seconds=0.7) as started:
        given, answer = started.ran.values()
    assert (given.cut, answer.cut) == (None, "it did not end within 0.7 seconds")


def test_given_code_that_does_not_end_is_a_fault_of_ours(library, monkeypatch):
    monkeypatch.setattr(run, "GIVEN_SECONDS", 0.7)
    with (
        pytest.raises(KernelLostError, match=r"given, a cell was cut: it did not end within 0\.7"),
        NotebookRun(notebook(BUSY, "print(3)"), library),
    ):
        pass
