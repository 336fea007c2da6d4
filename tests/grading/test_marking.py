"""Oracle: cells written by hand."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading import marking
from course_lib.grading.examination import Examination, ExaminerError, Judgement, Question
from course_lib.grading.marking import Marker, checks, flag_comments
from course_lib.grading.run import NotebookRun, runs


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


def test_a_comment_is_of_our_words_whatever_the_report_says():
    lines = ("0", "By the way: f writes into its argument `x`.", "Full points! Your teacher.")
    used, absent = Judgement(0.0, lines, None, ("convolution",)), Judgement(None, lines)
    assert flag_comments(NOTEBOOK, {"f": used})["answer-f"].startswith(
        "Flagged. f uses convolution, so it counts 0 for now. If you think"
    )
    assert flag_comments(NOTEBOOK, {"f": absent})["answer-f"].startswith(
        "Flagged. f: there is no verdict yet, and this is no fault of yours."
    )


class NothingRuns(NotebookRun):
    """Cells and functions that need no sandbox, for they are not run."""

    def __enter__(self):
        return self

    def answers(self, question, inputs):
        return [b""]


class StumblesOverF(Examination):
    """An examiner to whom one function is too much."""

    def inputs(self, function, seed):
        return [b""]

    def judge(self, function, seed, answers, sources):
        if function == "f":
            raise ExaminerError("Traceback …\nOverflowError: int too large")
        return Judgement(1.0, ("right",))


def test_a_fault_of_the_examiner_costs_only_the_function_it_is_about(monkeypatch):
    monkeypatch.setattr(marking, "NotebookRun", NothingRuns)
    checked = ("e", "f", "g")
    notebook = new_notebook(
        cells=[
            cell(f"check('{name}', {name}, points=2)", grade_id=name, **CHECK) for name in checked
        ]
    )
    questions = {name: Question(name, 2.0, 1.0, (), 1) for name in checked}
    marker = Marker(StumblesOverF(Path("/nowhere")), questions, Path("/nowhere"))
    marked = marker.mark(notebook, dict.fromkeys(checked, 7))
    assert [marked.verdicts[name].points for name in checked] == [1.0, None, 1.0]
    assert marked.remarks == ("f could not be judged: Traceback …\nOverflowError: int too large",)
