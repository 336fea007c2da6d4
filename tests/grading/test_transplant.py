"""Oracle: submissions changed by hand, each in one way that students do change notebooks."""

import time

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


USES_F = "def f(x):\n    return F.pad(x, (1, 1))"
FUNCTIONAL = "import torch.nn.functional as F"


def test_a_plain_import_comes_over_with_the_answers_that_need_it(release):
    on_top = cell(f"%matplotlib inline\nimport os\n{FUNCTIONAL}")
    done = transplant(release, [on_top, cell(USES_F, "f"), *WHOLE[1:]])
    assert (sources(done)["f"], sources(done)["g"]) == (f"{FUNCTIONAL}\n{USES_F}", SECOND)
    assert done.repairs == (
        f"`{FUNCTIONAL}` stands outside the answer cells; it was put above those that need it",
    )


@pytest.mark.parametrize(
    "others",
    [
        ["import einops as F"],  # may be missing when grading, and then the whole answer would be
        [FUNCTIONAL, "import torch as F"],
        ["F = torch.nn.functional"],
        ["class F:\n    pass"],
    ],
)
def test_what_does_not_come_over_is_told(release, others):
    cells = [*map(cell, others), cell(USES_F, "f"), *WHOLE[1:]]
    done = transplant(release, cells)
    assert sources(done)["f"] == USES_F
    assert done.repairs == (
        "the name F is defined outside the answer cells, so it is not known when grading",
    )


@pytest.mark.parametrize(
    "mine",
    [
        f"{FUNCTIONAL}\n{USES_F}",
        "def f(F):\n    return F",
        "def f(x):\n    F = x\n    return F",
        "def f(x):\n    return x  # not F.pad",
        "F = torch\n\n" + USES_F,
    ],
)
def test_a_name_that_is_not_missing_is_left_alone(release, mine):
    done = transplant(release, [cell(FUNCTIONAL), cell("F = 3"), cell(mine, "f"), *WHOLE[1:]])
    assert (sources(done)["f"], done.repairs) == (mine, ())


def test_an_import_of_an_earlier_answer_serves_the_later_ones(release):
    first, second = f"{FUNCTIONAL}\n{USES_F}", "def g(x):\n    return F.relu(x)"
    done = transplant(release, [cell(first, "f"), cell(second, "g"), WHOLE[2]])
    assert (sources(done)["g"], done.repairs) == (second, ())


def test_nothing_is_put_above_a_cell_magic(release):
    mine = f"%%time\n{USES_F}"
    done = transplant(release, [cell(FUNCTIONAL), cell(mine, "f"), *WHOLE[1:]])
    assert sources(done)["f"] == mine
    assert "the name F is defined outside" in done.repairs[0]


def test_a_split_answer_is_joined(release):
    helper, uses = "def half(x):\n    return x / 2", "def f(x):\n    return half(x)"
    stray = "print(f(3))"
    cells = [cell(helper, "f"), cell(uses, "f"), cell(stray, "f"), *WHOLE[1:]]
    done = transplant(release, cells)
    assert sources(done)["f"] == f"{helper}\n\n{uses}"
    assert done.repairs == ("the cell f was split; its 2 parts were joined",)


def test_a_part_that_defines_the_same_again_is_not_joined(release):
    helper = "def half(x):\n    return x / 2"
    whole = f"{helper}\n\ndef f(x):\n    return half(x)"
    done = transplant(release, [cell(helper + " + 1", "f"), cell(whole, "f"), *WHOLE[1:]])
    assert sources(done)["f"] == whole


def test_a_helper_that_changes_its_meaning_is_told(release):
    first = "def pad(x):\n    return 0\n\ndef f(x):\n    return pad(x)"
    second = "def pad(x):\n    return -1\n\ndef g(x):\n    return pad(x)"
    done = transplant(release, [cell(first, "f"), cell(second, "g"), WHOLE[2]])
    assert done.repairs == (
        "pad is not the same in all answer cells; each function is asked before it changes",
    )


def test_helpers_that_are_the_same_and_variables_of_tests_are_not_told(release):
    first = "def pad(x):\n    return 0\n\ndef f(x):\n    y = pad(x)\n    return y\n\ny = f(1)"
    second = "def pad(x):\n    return 0\n\ndef g(x):\n    return pad(x)\n\ny = g(2)"
    done = transplant(release, [cell(first, "f"), cell(second, "g"), WHOLE[2]])
    assert done.repairs == ()


def test_a_thousand_foreign_names_do_not_take_long(release):
    many = [cell("\n".join(f"def a{k}_{n}(" for n in range(200))) for k in range(50)]
    long = cell(MINE + "\n#" + "x " * 99_000, "f")
    start = time.process_time()
    transplant(release, [*many, long, *WHOLE[1:]])
    assert time.process_time() - start < 10
