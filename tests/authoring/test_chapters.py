"""Oracle: the cells that MyST-NB itself reads, as the book's build does."""

import pytest
import yaml
from myst_nb.core.read import read_myst_markdown_notebook

from course_lib.authoring.chapters import EXTENSIONS, has_code, read_chapter


def test_code_cells_and_their_options_are_those_of_myst_nb(book):
    body = "Text.\n\n```{code-cell} ipython3\n:alt: 'Two: a, b.'\n:tags: [hide-input]\n\nx = 1\n```"
    chapter = book.chapter(body)
    expected = read_myst_markdown_notebook(chapter.path.read_text(encoding="utf8"))
    pairs = zip(chapter.notebook.cells, expected.cells, strict=True)
    assert all((a.source, a.metadata) == (b.source, b.metadata) for a, b in pairs)
    assert chapter.notebook.cells[-1].metadata == {"alt": "Two: a, b.", "tags": ["hide-input"]}


def test_the_site_is_built_with_the_same_extensions(repository):
    config = yaml.safe_load((repository / "_config.yml").read_text(encoding="utf8"))
    assert tuple(config["parse"]["myst_enable_extensions"]) == EXTENSIONS


def test_the_line_of_a_cell(book):
    chapter = book.chapter("\n\nSome text.")
    rows = chapter.path.read_text(encoding="utf8").split("\n")
    last = len(chapter.notebook.cells) - 1
    assert chapter.where(last) == f"book/first.md:{rows.index('Some text.') + 1}"


def test_pages_of_prose_have_no_code():
    assert has_code("x\n\n```{code-cell} ipython3\n```\n")
    assert not has_code("# A page\n\n`{code-cell}` is a directive\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# A\n\n```{code-cell}\nx\n```\n", r"book/bad.md:1: a page with code begins with"),
        (
            "FRONT```{code-cell}\n:alt: two: three\n\nx\n```\n",
            r"book/bad.md: .*\n.*must be quoted",
        ),
        ("FRONT```{code-cell}\n:width: 3\n\nx\n```\n", r"book/bad.md:\d+: .*not \['width'\]"),
        ("FRONT```{code-cell}\n:caption: It *rises*.\n\nx\n```\n", r"without Markdown"),
        ("FRONT```{raw-cell}\nx\n```\n", r"book/bad.md:\d+: a raw cell"),
    ],
)
def test_what_is_wrong_is_said(book, text, complaint):
    path = book.folder / "bad.md"
    path.write_text(text.replace("FRONT", book.front_matter), encoding="utf8")
    with pytest.raises(ValueError, match=complaint):
        read_chapter(path)
