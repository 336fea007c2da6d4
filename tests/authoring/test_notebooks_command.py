"""Oracle: what the command says and leaves behind, run on a small book."""

import subprocess

import pytest

from course_lib import cli, provenance
from course_lib.authoring import lectures

BODY = "Text.\n\n```{code-cell} ipython3\nprint(6 * 7)\n```"


@pytest.fixture
def command(drawn, monkeypatch, capsys):
    monkeypatch.setattr(provenance, "repository", lambda: drawn.root)

    def run(*words):
        status = cli.main(["notebooks", *words])
        return status, "".join(capsys.readouterr())

    return run


def test_made_once_then_fresh_then_only_written(command, drawn):
    drawn.chapter(BODY)
    assert command("--check") == (
        1,
        "first: stale: it is not there yet\n`course notebooks` makes the stale ones again.\n",
    )
    status, said = command()
    assert status == 0
    assert "first: it is not there yet; running ..." in said
    assert "42" in lectures.lecture_path(drawn.root, "first").read_text(encoding="utf8")
    assert command() == (0, "first: fresh\n")
    assert command("--check") == (0, "first: fresh\n")

    path = drawn.folder / "first.md"
    path.write_text(path.read_text(encoding="utf8").replace("Text.", "New."), encoding="utf8")
    assert "first: its text changed; writing ..." in command("first")[1]
    assert command("--check")[0] == 0
    assert "first: asked for; running ..." in command("--execute-all")[1]


def test_a_new_address_in_course_toml_needs_no_run(command, drawn):
    drawn.chapter(BODY)
    command()
    file = drawn.root / "course.toml"
    file.write_text(
        file.read_text(encoding="utf8").replace("/releases/", "/elsewhere/"), encoding="utf8"
    )
    status, said = command("--check")
    assert status == 1
    assert "not the one that course.toml asks for" in said
    said = command()[1]
    assert "first: its setup cell now follows course.toml" in said
    assert "first: its text changed; writing ..." in said
    assert command("--check") == (0, "first: fresh\n")


def test_a_notebook_without_a_chapter_is_removed_if_git_has_it(command, drawn):
    drawn.chapter(BODY)
    command()
    renamed = lectures.lecture_path(drawn.root, "renamed")
    copy = lectures.lecture_path(drawn.root, "first-Copy1")
    for path in (renamed, copy):
        path.write_text("{}", encoding="utf8")
    assert "renamed: no chapter of this name, and not in git; left alone" in command()[1]

    subprocess.run(["git", "init", "--quiet"], cwd=drawn.root, check=True)
    subprocess.run(["git", "add", renamed], cwd=drawn.root, check=True)
    said = command()[1]
    assert "renamed: no chapter of this name any more; removed" in said
    assert "first-Copy1: no chapter of this name, and not in git; left alone" in said
    assert (renamed.exists(), copy.exists()) == (False, True)


def test_a_notebook_that_a_merge_tore_apart_is_made_again(command, drawn):
    drawn.chapter(BODY)
    path = lectures.lecture_path(drawn.root, "first")
    path.parent.mkdir()
    path.write_text("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n", encoding="utf8")
    assert command("--check")[0] == 1
    assert command()[0] == 0
    assert command("--check") == (0, "first: fresh\n")


def test_readme_names_colab_where_colab_can_open_the_notebook(command, drawn):
    file, readme = drawn.root / "course.toml", drawn.root / "README.md"
    drawn.chapter(BODY)
    command()
    assert "[run in Colab](https://colab.research.google.com/github/going" in table_of(readme)
    text = file.read_text(encoding="utf8").replace(
        "https://github.com/", "https://git.example.edu/"
    )
    file.write_text(text, encoding="utf8")
    command()
    assert "[read](lectures/first.ipynb)" in table_of(readme)
    assert "colab" not in table_of(readme)


def table_of(readme):
    text = readme.read_text(encoding="utf8")
    return text.partition("made by `course notebooks`")[2].partition("end of contents")[0]


def test_a_failing_cell_leaves_the_notebook_as_it_was(command, drawn):
    drawn.chapter("```{code-cell} ipython3\n1 / 0\n```")
    status, said = command()
    assert status == 1
    assert "ZeroDivisionError" in said
    assert not lectures.lecture_path(drawn.root, "first").exists()


def test_an_unknown_chapter_is_named(command, drawn):
    drawn.chapter(BODY)
    status, said = command("nowhere")
    assert status == 1
    assert "no chapter nowhere with code; there are: first." in said
