"""Oracle: cells written by hand."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading.examination import Judgement
from course_lib.grading.marking import checks, flag_comments
from course_lib.grading.run import runs


def cell(source, make=new_code_cell, **about):
    return make(source, metadata={"nbgrader": about} if about else {})


CHECK = {"grade": True, "locked": True, "points": 2}
NOTEBOOK = new_notebook(
    cells=[
        cell("def f(x): ...", grade_id="answer-f", solution=True),
        cell("# points:\ncheck('f', f, points=2)", grade_id="f", **CHECK),
        cell("x = 1"),
        cell("import torch", grade_id="given", locked=True),
        cell("…", new_markdown_cell, grade_id="why", grade=True, solution=True, points=1),
    ]
)


def test_each_check_names_its_function():
    assert checks(NOTEBOOK) == {"f": "f"}


def test_a_graded_cell_without_a_check_is_our_mistake_and_is_named():
    notebook = new_notebook(cells=[cell("assert f(1) == 1", grade_id="odd", **CHECK)])
    with pytest.raises(ValueError, match="graded cell odd holds no check"):
        checks(notebook)


def test_answers_and_given_code_run_and_nothing_else():
    assert [runs(each) for each in NOTEBOOK.cells] == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("verdict", "flagged"),
    [
        (Judgement(2.0, ("right",)), False),
        (Judgement(0.0, ("wrong",)), False),
        (Judgement(0.0, ("0", "it uses x.", "Write it yourself."), None, ("x",)), True),
        (Judgement(None, ("no verdict",)), True),
    ],
)
def test_only_what_a_teacher_should_look_at_is_flagged(verdict, flagged):
    comments = flag_comments(NOTEBOOK, {"f": verdict})
    assert bool(comments) == flagged
    if flagged:
        assert comments["answer-f"] == "Flagged. " + " ".join(verdict.lines[-2:])
