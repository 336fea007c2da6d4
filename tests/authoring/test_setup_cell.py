"""Oracle: what the cell must do in Colab and elsewhere, tried in IPython itself."""

import sys
import types

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course_lib.authoring.chapters import read_chapter
from course_lib.authoring.course_file import read_course
from course_lib.authoring.setup_cell import bring_up_to_date, check_setup, setup_source


@pytest.fixture
def installed(monkeypatch, book):
    """Run the cell in IPython and give what %pip was asked for."""
    shell = InteractiveShell()
    asked = []
    shell.register_magic_function(asked.append, magic_name="pip")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    def run():
        shell.run_cell(setup_source(read_course(book.root))).raise_error()
        return asked

    return run


def test_colab_gets_the_wheel_and_nothing_else_changes(installed, monkeypatch, book):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    assert installed() == [f"install -q --no-deps jaxtyping {read_course(book.root).wheel}"]


def test_elsewhere_nothing_is_installed(installed):
    assert installed() == []


def test_a_placeholder_is_filled_in_once(book):
    chapter = book.chapter("")  # writes the setup cell
    assert chapter.notebook.cells[1].source == setup_source(read_course(book.root))
    assert not bring_up_to_date(chapter.path, read_course(book.root))


def test_a_change_in_course_toml_is_noticed_and_followed(book):
    chapter = book.chapter("")
    file = book.root / "course.toml"
    file.write_text(
        file.read_text(encoding="utf8").replace("/releases/", "/elsewhere/"), encoding="utf8"
    )
    course = read_course(book.root)
    with pytest.raises(ValueError, match=r"not the one that course.toml asks for"):
        check_setup(chapter, course)
    assert bring_up_to_date(chapter.path, course)
    check_setup(read_chapter(chapter.path), course)


@pytest.mark.parametrize(
    "body",
    [
        "```{code-cell} ipython3\nx = 1\n```\n",
        "```{code-cell} ipython3\nx = 1\n```\n\n```{code-cell} ipython3\n:tags: [remove-cell]\n\n"
        "# Setup\n```\n",
    ],
)
def test_the_first_code_cell_must_be_the_setup(book, body):
    path = book.folder / "first.md"
    path.write_text(book.front_matter + body, encoding="utf8")
    with pytest.raises(ValueError, match="the first code cell must be the setup"):
        bring_up_to_date(path, read_course(book.root))
