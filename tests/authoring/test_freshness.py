"""Oracle: one change at a time, each of which must or must not make a notebook stale."""

import pytest

from course_lib import provenance
from course_lib.authoring import chapter_code, lectures
from course_lib.authoring.chapters import read_chapter
from course_lib.authoring.freshness import Stale, staleness

BODY = """\
Some text with {numref}`fig-far`.

```{code-cell} ipython3
from course_lib.layers import pool

record("lenet_mnist")
```
"""


@pytest.fixture
def fresh(book, monkeypatch):
    """A chapter with a module and a record of its own, and its notebook."""
    package = book.root / "course_lib"
    (package / "layers").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "layers" / "__init__.py").write_text("from course_lib.layers.pooling import pool\n")
    (package / "layers" / "pooling.py").write_text("def pool(): ...\n")
    monkeypatch.setattr(provenance, "PACKAGE", package)
    results = book.folder / "results" / "lenet_mnist"
    results.mkdir(parents=True)
    (results / "seed0.json").write_text("{}")
    chapter = book.chapter(BODY)
    path = lectures.lecture_path(book.root, "first")
    path.parent.mkdir()
    executed = chapter.notebook
    path.write_text(
        lectures.written(lectures.with_outputs(chapter, book.root, executed)), encoding="utf8"
    )
    assert staleness(chapter, book.root) is None
    return book


def now(book):
    return staleness(read_chapter(book.folder / "first.md"), book.root)


def edit(path, old, new):
    text = path.read_text(encoding="utf8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf8")


def test_an_edited_module_of_the_library(fresh):
    edit(fresh.root / "course_lib/layers/pooling.py", "...", "return 1")
    assert now(fresh) == Stale("course_lib/layers/pooling.py changed", run=True)


def test_an_edited_record(fresh):
    edit(fresh.folder / "results/lenet_mnist/seed0.json", "{}", '{"seed": 0}')
    assert now(fresh) == Stale("book/results/lenet_mnist/seed0.json changed", run=True)


def test_another_seed(fresh):
    (fresh.folder / "results/lenet_mnist/seed1.json").write_text("{}")
    assert now(fresh) == Stale("book/results/lenet_mnist/seed1.json changed", run=True)


def test_edited_code(fresh):
    edit(fresh.folder / "first.md", 'record("lenet', 'x = record("lenet')
    assert now(fresh) == Stale("its code cells changed", run=True)


def test_edited_text_keeps_the_outputs(fresh):
    edit(fresh.folder / "first.md", "Some text", "Another text")
    assert now(fresh) == Stale("its text changed", run=False)


def test_a_number_that_moved_in_another_chapter(fresh):
    figure = "```{figure} x.png\n:alt: x\n\nOne more.\n```\n\n```{figure}"
    edit(fresh.folder / "second.md", "```{figure}", figure)
    assert now(fresh) == Stale("its text changed", run=False)


def test_a_new_minor_version(fresh, monkeypatch):
    monkeypatch.setattr(
        provenance, "versions", lambda names: {"torch": "2.99.0", "matplotlib": "9.9"}
    )
    assert now(fresh) == Stale("matplotlib changed", run=True)


def test_a_new_patch_release_changes_nothing(fresh, monkeypatch):
    known = chapter_code.versions()
    newer = {name: f"{version}.77" for name, version in known.items()}
    monkeypatch.setattr(provenance, "versions", lambda names: newer)
    assert now(fresh) is None


def test_an_edited_notebook(fresh):
    edit(lectures.lecture_path(fresh.root, "first"), "Some text", "By hand")
    assert now(fresh) == Stale("its text changed", run=False)


def test_no_notebook(fresh):
    lectures.lecture_path(fresh.root, "first").unlink()
    assert now(fresh) == Stale("it is not there yet", run=True)
