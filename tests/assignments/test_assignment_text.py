"""A text that does not hold together is refused, and the message says where."""

import pytest

from course_lib.authoring.assignments import read_assignment
from course_lib.authoring.course_file import read_course
from course_lib.checking.cases import Assignment, Case, GradedFunction

ONE = GradedFunction("one", 3, (Case("a", "a", lambda seed: {}),))
ASSIGNMENT = Assignment("ones", {"one": ONE})
TEXT = """# Ones

```{code-cell} ipython3
# Setup
```

```{code-cell} ipython3
---
nbgrader: {grade_id: answer-one, solution: true}
---
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
```

Try it.

```{code-cell} ipython3
---
nbgrader: {grade_id: one, grade: true, points: 3}
---
check("one", one, points=3)
```
"""


@pytest.fixture
def read(tmp_path, repository):
    def reader(text):
        path = tmp_path / "ones" / "ones.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf8")
        return read_assignment(path, ASSIGNMENT, read_course(repository))

    return reader


def test_cells_are_named_and_completed(read):
    notebook = read(TEXT)
    assert [cell["id"] for cell in notebook.cells] == [
        "text-1",
        "code-1",
        "answer-one",
        "text-2",
        "one",
    ]
    assert notebook.cells[2].metadata.nbgrader == {
        "grade_id": "answer-one",
        "solution": True,
        "grade": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
    }


def test_the_setup_installs_what_course_toml_names(read, repository):
    assert read_course(repository).wheel in read(TEXT).cells[1].source


BROKEN = {
    "no grade id": (TEXT.replace("grade_id: one, ", ""), "needs a grade_id"),
    "an odd grade id": (TEXT.replace("grade_id: one,", "grade_id: o n e,"), "needs a grade_id"),
    "one grade id twice": (TEXT.replace("answer-one", "one"), "grade_id one stands at more than"),
    "no metadata at a check": (
        TEXT.replace("---\nnbgrader: {grade_id: one, grade: true, points: 3}\n---\n", ""),
        "needs nbgrader metadata",
    ),
    "no metadata at a solution": (
        TEXT.replace("---\nnbgrader: {grade_id: answer-one, solution: true}\n---\n", ""),
        "needs nbgrader metadata",
    ),
    "unknown metadata": (TEXT.replace("points: 3", "points: 3, marks: 4"), "marks"),
    "points in the metadata": (TEXT.replace("points: 3}", "points: 4}"), "the same number"),
    "points in the check": (TEXT.replace("points=3", "points=4"), "the same number"),
    "no points": (TEXT.replace(", points: 3", ""), "has points"),
    "points without a grade": (
        TEXT.replace("solution: true", "solution: true, points: 1"),
        "has p",
    ),
    "an unknown function": (TEXT.replace('"one", one', '"two", two'), "'two', unknown to cases"),
    "one name for another": (TEXT.replace('"one", one', '"one", two'), "must hold one line"),
    "more than a check": (TEXT.replace("check(", "print(1)\ncheck("), "must hold one line"),
    "a function not checked": (TEXT[: TEXT.index("Try it")], "no cell checks one"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_text_is_refused(read, name):
    text, words = BROKEN[name]
    with pytest.raises(ValueError, match=words) as refused:
        read(text)
    assert "solutions/ones/ones.md" in str(refused.value)
