"""A tiny course of two functions and a written question, in a folder of its own.

It has the layout of the repository, and never is it the repository: no test touches its .grading.
"""

import functools
import shutil
import textwrap
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_lib.grading.gradebook import configuration
from course_lib.grading.places import Places
from course_lib.grading.sandbox import filtered_library

CASES = """
import torch

from course_lib.checking.cases import Case, GradedFunction

WITHHELD = ("course_lib.layers",)


def numbers(seed):
    generator = torch.Generator().manual_seed(seed)
    return {"x": torch.randn(3, 4, generator=generator, dtype=torch.float64)}


def positive(seed):
    return {"x": numbers(seed)["x"].abs()}


def one_image(seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(1, 1, 5, 4, generator=generator, dtype=torch.float64)
    return {"x": x, "weight": x[..., :2, :2].clone()}


FUNCTIONS = (
    GradedFunction(
        "double",
        points=2,
        reference=lambda x: x + x,
        cases=(
            Case("signs", "negative numbers", numbers),
            Case("positive", "positive numbers", positive),
        ),
        seconds=2,
    ),
    GradedFunction(
        "slide",
        points=3,
        reference=lambda x, weight: torch.nn.functional.conv2d(x, weight),
        cases=(Case("plain", "an image of 5 by 4", one_image),),
        forbidden=("convolution",),
        seconds=2,
    ),
)
"""

WRONG = '''
from course_lib.checking.cases import WrongAnswer


class ForgetsTheSign(WrongAnswer):
    """abs() where the number itself is needed."""

    function = "double"
    sentence = "the sign is lost"
    idea = "negative numbers"

    @staticmethod
    def answer(x):
        return 2 * x.abs()
'''

DOUBLE = "def double(x):\n    return 2 * x"
SLIDE = """
def slide(x, weight):
    rows, columns = weight.shape[2:]
    height, width = x.shape[2] - rows + 1, x.shape[3] - columns + 1
    out = torch.zeros(1, 1, height, width, dtype=x.dtype)
    for i in range(height):
        for j in range(width):
            out[0, 0, i, j] = (x[0, 0, i : i + rows, j : j + columns] * weight[0, 0]).sum()
    return out
""".strip()
PERFECT = {"double": DOUBLE, "slide": SLIDE, "why": "Because it slides."}


def source_notebook() -> nbformat.NotebookNode:
    """The teacher's notebook of the tiny assignment, as nbgrader wants it."""

    def cell(make, text, name, **role):
        about = {"grade": False, "solution": False, "locked": False, "task": False}
        about |= {"grade_id": name, "schema_version": 3} | role
        made = make(textwrap.dedent(text).strip(), metadata={"nbgrader": about})
        made.id = name
        return made

    def answer(name, arguments):
        text = f"def {name}({arguments}):\n    ### BEGIN SOLUTION\n    ### END SOLUTION"
        return cell(new_code_cell, text, name, solution=True)

    def check(name, points):
        text = f'check("{name}", {name}, points={points})'
        return cell(new_code_cell, text, f"check-{name}", grade=True, locked=True, points=points)

    cells = [
        cell(new_code_cell, "import torch", "given", locked=True),
        answer("double", "x"),
        check("double", 2),
        answer("slide", "x, weight"),
        check("slide", 3),
        cell(new_markdown_cell, "Your answer.", "why", grade=True, solution=True, points=4),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=kernel)


def make_tiny_course(root: Path) -> Places:
    """Write the tiny assignment below `root` and release it with nbgrader."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    places = Places(root)
    folder = places.solutions("tiny")
    folder.mkdir(parents=True)
    (folder / "cases.py").write_text(CASES, encoding="utf8")
    (folder / "wrong.py").write_text(WRONG, encoding="utf8")
    places.source("tiny").parent.mkdir(parents=True)
    nbformat.write(source_notebook(), places.source("tiny"))
    config = configuration(places)
    config.CourseDirectory.assignment_id = "tiny"
    config.CourseDirectory.release_directory = "assignments"
    generate = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    generate.force = True
    generate.start()
    return places


@pytest.fixture(scope="session")
def tiny_course(tmp_path_factory) -> Places:
    return make_tiny_course(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> Path:
    """course_lib as the sandbox sees it when the layers are withheld."""
    folder = tmp_path_factory.mktemp("library")
    folder.chmod(0o755)  # where root grades, it is nobody who reads it
    return filtered_library(folder, ("course_lib.layers",))


@pytest.fixture(scope="session")
def perfect() -> dict[str, str]:
    """The answers to the tiny assignment that get everything, by grade id."""
    return PERFECT


@pytest.fixture(scope="module")
def own_course(tiny_course, tmp_path_factory) -> Places:
    """A tiny course that one file of tests may grade as it likes."""
    root = tmp_path_factory.mktemp("own") / "course"
    shutil.copytree(tiny_course.root, root)
    return Places(root)


@pytest.fixture(scope="module")
def hand_in(own_course):
    """`hand_in(student, **answers)` into the own course, by grade id; `text=` for no notebook."""
    return functools.partial(_hand_in, own_course)


def _hand_in(places: Places, student: str, text: str | None = None, **answers: str) -> Path:
    path = places.notebook("submitted", student, "tiny")
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(places.release("tiny"), as_version=4)
    for cell in notebook.cells:
        name = cell.metadata["nbgrader"]["grade_id"]
        cell.source = answers.get(name, cell.source)
    path.write_text(nbformat.writes(notebook) if text is None else text, encoding="utf8")
    return path
