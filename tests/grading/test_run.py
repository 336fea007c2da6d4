"""Given code and answers, and who pays for a cell that is cut. Oracle: cells written by hand."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.checking.wire import decode_answer, encode_inputs
from course_lib.grading import run
from course_lib.grading.examination import Question
from course_lib.grading.kernel import KernelLostError
from course_lib.grading.run import TOO_LONG, NotebookRun, num_cells_before_asking

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


def two_answers(first: str, second: str):
    """Given code, then each answer with its check below it."""

    def cell(source, **about):
        return new_code_cell(source, metadata={"nbgrader": about})

    cells = [cell("import torch", grade_id="given", locked=True)]
    for name, source in (("f", first), ("g", second)):
        cells.append(cell(source, grade_id=f"answer-{name}", solution=True))
        cells.append(cell(f'check("{name}", {name}, points=1)', grade_id=name, grade=True))
    return new_notebook(cells=cells)


ZEROS = "def pad(): return 0\ndef f(): return pad()"
INFINITIES = "def pad(): return -1\ndef g(): return pad()"


@pytest.mark.parametrize(
    ("first", "second", "before"),
    [
        (ZEROS, INFINITIES, (2, 3)),
        ("PAD = 0\ndef f(): return PAD", "PAD = -1\ndef g(): return PAD", (2, 3)),
        ("def f(): return 1\ndef g(): return 1", "def g(): return 2", (2, 3)),
        (ZEROS, INFINITIES.replace("-1", "0"), (3, 3)),
        ("def f(): return late()", "def late(): return 1\ndef g(): return 2", (3, 3)),
        ("def f(out): return out\nout = f(1)", "def g(out): return out\nout = g(1)", (3, 3)),
    ],
)
def test_a_function_is_asked_before_a_later_cell_changes_what_it_means(first, second, before):
    asked = two_answers(first, second)
    assert tuple(num_cells_before_asking(asked, name) for name in ("f", "g")) == before


def test_cells_that_change_nothing_run_before_a_function_is_asked():
    asked = two_answers(ZEROS, "def late(): return 3\ndef g(): return 2")
    changing = two_answers("", INFINITIES).cells[3:]
    asked.cells += changing
    assert num_cells_before_asking(asked, "f") == 3


def test_each_answer_has_its_own_helper_as_in_the_notebook(library):
    with NotebookRun(two_answers(ZEROS, INFINITIES), library) as started:
        for name, value in (("f", 0), ("g", -1)):
            (answer,) = started.answers(Question(name, 1.0, 10.0, (), 1), [encode_inputs({})])
            assert decode_answer(answer).value == value
        assert len(started.ran) == 3


def test_a_notebook_that_takes_too_long_is_not_asked_any_more(library, monkeypatch):
    question, inputs = Question("f", 1.0, 10.0, (), 2), [encode_inputs({})] * 2
    with NotebookRun(two_answers(ZEROS, INFINITIES), library) as started:
        assert decode_answer(started.answers(question, inputs)[1]).value == 0
        started._end = 0.0
        assert started.answers(question, inputs) == [TOO_LONG, run.NOT_TRIED]
    monkeypatch.setattr(run, "RUN_SECONDS", 0.0)
    with NotebookRun(two_answers(ZEROS, INFINITIES), library) as never_started:
        assert never_started.answers(question, inputs) == [TOO_LONG, run.NOT_TRIED]
        assert never_started.ran == {}
