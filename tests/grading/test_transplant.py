"""Oracle: submissions changed by hand, each in one way that students do change notebooks."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading.intake import SubmittedCell
from course_lib.grading.notebook_reader import DEFINITION
from course_lib.grading.transplant import UnclearError, transplant

MINE = "def f(x):\n    return x"
OTHER = "def f(x):\n    return -x"
SECOND = "def g(x):\n    return 2 * x"


def answer(name, function):
    about = {"grade_id": name, "solution": True, "grade": False, "locked": False}
    text = f"def {function}(x):\n    raise NotImplementedError"
    return new_code_cell(text, id=name, metadata={"nbgrader": about})


@pytest.fixture
def release():
    check = {"grade_id": "check-f", "grade": True, "locked": True, "points": 2}
    written = {"grade_id": "why", "grade": True, "solution": True, "points": 4}
    cells = [
        answer("f", "f"),
        new_code_cell("check('f', f, points=2)", id="check-f", metadata={"nbgrader": check}),
        answer("g", "g"),
        new_markdown_cell("Write here.", id="why", metadata={"nbgrader": written}),
    ]
    return new_notebook(cells=cells)


def cell(source, grade_id="", cell_id="", tags=(), kind="code"):
    return SubmittedCell(kind, cell_id, grade_id, tags, source, tuple(DEFINITION.findall(source)))


WHOLE = (cell(MINE, "f"), cell(SECOND, "g"), cell("Because.", "why", kind="markdown"))


def sources(done):
    return {each.metadata.nbgrader.grade_id: each.source for each in done.notebook.cells}


def test_answers_and_nothing_else_come_over(release):
    playground = cell("import os; os.remove('x')")
    tampered = cell("check('f', None, points=500)", "check-f", tags=("skip-execution",))
    done = transplant(release, [*WHOLE, playground, tampered])
    expected = nbformat.from_dict(release)
    for place, each in zip((0, 2, 3), WHOLE, strict=True):
        expected.cells[place].source = each.source
    assert done.notebook == expected
    assert done.repairs == ()


def test_the_release_itself_is_left_as_it_is(release):
    before = nbformat.writes(release)
    transplant(release, WHOLE)
    assert nbformat.writes(release) == before


def test_an_untouched_submission_comes_over_untouched(release):
    cells = [cell(each.source, each.metadata.nbgrader.grade_id) for each in release.cells]
    assert transplant(release, cells).notebook == release


def test_a_lost_grade_id_is_found_by_the_cell_id(release):
    done = transplant(release, [*WHOLE[:2], cell("Because.", cell_id="why", kind="markdown")])
    assert sources(done)["why"] == "Because."


def test_a_lost_cell_is_found_by_the_function_it_defines(release):
    done = transplant(release, [cell(MINE), *WHOLE[1:]])
    assert sources(done)["f"] == MINE
    assert "f was found in another cell" in done.repairs[0]


def test_swapped_grade_ids_are_put_right(release):
    done = transplant(release, [cell(SECOND, "f"), cell(MINE, "g"), WHOLE[2]])
    assert (sources(done)["f"], sources(done)["g"]) == (MINE, SECOND)


def test_two_answers_merged_into_one_cell_serve_both(release):
    both = f"{MINE}\n\n{SECOND}"
    done = transplant(release, [cell(both, "f"), WHOLE[2]])
    assert (sources(done)["f"], sources(done)["g"]) == (both, both)


def test_the_same_answer_twice_is_one(release):
    done = transplant(release, [WHOLE[0], *WHOLE])
    assert sources(done)["f"] == MINE
    assert "more than once" in done.repairs[0]


def test_an_untouched_double_does_not_count(release):
    stub = cell(release.cells[0].source, "f")
    assert sources(transplant(release, [stub, *WHOLE]))["f"] == MINE


def test_an_answer_in_the_playground_counts_where_the_answer_cell_is_untouched(release):
    stub = cell(release.cells[0].source, "f")
    assert sources(transplant(release, [stub, cell(MINE), *WHOLE[1:]]))["f"] == MINE


def test_a_draft_in_the_playground_does_not_compete_with_the_answer_cell(release):
    assert sources(transplant(release, [cell(OTHER), *WHOLE]))["f"] == MINE


@pytest.mark.parametrize("kind", ["markdown", "raw", ""])
def test_an_answer_whose_cell_type_was_changed_is_code_again(release, kind):
    done = transplant(release, [cell(MINE, "f", kind=kind), *WHOLE[1:]])
    assert (done.notebook.cells[0].cell_type, sources(done)["f"]) == ("code", MINE)


def test_a_renamed_function_comes_over_as_it_is(release):
    # It gets no points, and the verdict says that there is no function f.
    renamed = "def ff(x):\n    return x"
    assert sources(transplant(release, [cell(renamed, "f"), *WHOLE[1:]]))["f"] == renamed


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([WHOLE[0], WHOLE[2]], "answer cell g is missing"),
        ([*WHOLE[:2]], "answer cell why is missing"),
        ([cell(OTHER, "f"), *WHOLE], "2 different answers to f"),
        ([cell(MINE), cell(OTHER), *WHOLE[1:]], "2 different answers to f"),
        ([*WHOLE, cell("No.", "why", kind="markdown")], "2 different answers to why"),
    ],
)
def test_what_is_not_clear_waits_for_a_person(release, cells, says):
    with pytest.raises(UnclearError, match=says):
        transplant(release, cells)


def test_a_function_left_behind_is_told(release):
    uses = cell("def f(x):\n    return half(x)", "f")
    done = transplant(release, [uses, cell("def half(x):\n    return x / 2"), *WHOLE[1:]])
    assert done.repairs == (
        "the function half is defined outside the answer cells, so it is not known when grading",
    )
