"""Oracle: jupyter-cache and MyST-NB, which must take our notebook for the chapter's execution."""

import nbformat
import pytest
from jupyter_cache import get_cache

from course_lib.authoring import lectures

BODY = """\
The mean is {glue:text}`mean:.1f`, as in {numref}`fig-far`.

```{code-cell} ipython3
from course_lib.authoring.glue import glue

glue("mean", sum([1, 2]) / 2)
print("printed")
```

```{code-cell} ipython3
:alt: A line from left below to right above.
:caption: The line rises.
:tags: [hide-input]

import matplotlib.pyplot as plt

plt.plot([0, 1]);
```
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two executions of one chapter, as texts of notebooks, by a factory of their book."""
    return {}


@pytest.fixture
def twice(made, book):
    chapter = book.chapter(BODY)
    if not made:
        made["texts"] = [lectures.written(lectures.run(chapter, book.root)) for _ in range(2)]
    return chapter, [nbformat.reads(text, as_version=4) for text in made["texts"]]


def test_two_runs_give_equal_notebooks(twice, made):
    assert made["texts"][0] == made["texts"][1]


def test_the_books_build_finds_it_in_its_cache(twice, tmp_path):
    chapter, (notebook, _) = twice
    path = tmp_path / "first.ipynb"
    nbformat.write(notebook, path)
    cache = get_cache(tmp_path / "cache")
    cache.cache_notebook_file(str(path))  # checks that all cells ran, in order
    _, merged = cache.merge_match_into_notebook(chapter.notebook)
    printed = [cell.outputs for cell in merged.cells if cell.cell_type == "code"]
    assert printed[1][1].text == "printed\n"
    assert "image/png" in printed[2][-1].data


def test_cells_have_stable_names_and_the_options_of_the_text(twice):
    chapter, (notebook, _) = twice
    *cells, caption = notebook.cells
    assert [cell.id for cell in cells] == [f"first-{n}" for n in range(1, 6)]
    assert (caption.id, caption.source) == ("first-5-caption", "*The line rises.*")
    pairs = zip(cells, chapter.notebook.cells, strict=True)
    code = [(mine, text) for mine, text in pairs if text.cell_type == "code"]
    assert all((mine.source, mine.metadata) == (text.source, text.metadata) for mine, text in code)


def test_the_text_quotes_the_number_and_says_where_it_is_from(twice):
    _, (notebook, _) = twice
    assert "The mean is 1.5, as in Figure 2.1." in notebook.cells[2].source
    assert "[Going Deeper](https://going-deeper-course.github.io/going-deeper/first.html)" in (
        notebook.cells[0].source
    )


def test_what_was_read_and_run_is_written_down(twice):
    _, (notebook, _) = twice
    known = notebook.metadata.course
    assert "course_lib/authoring/glue.py" in known.reads
    assert set(known.versions) == {"torch", "matplotlib"}
    assert notebook.metadata.language_info == lectures.LANGUAGE  # without this Python's version


def test_a_notebook_that_is_too_large_is_refused(book):
    chapter = book.chapter("")
    lectures.check_size(chapter, "x" * 300_000)
    with pytest.raises(ValueError, match=r"300,001 bytes, more than 300,000: draw less, or say"):
        lectures.check_size(chapter, "x" * 300_001)
    chapter.notebook.metadata["pictures"] = True
    lectures.check_size(chapter, "x" * 1_000_000)
    with pytest.raises(ValueError, match="more than 1,000,000"):
        lectures.check_size(chapter, "x" * 1_000_001)


def test_a_fault_in_the_text_shows_before_anything_runs(book, tmp_path):
    mark = tmp_path / "ran"
    body = f"{{kbd}}`x`\n\n```{{code-cell}} ipython3\nopen('{mark}', 'w')\n```"
    with pytest.raises(ValueError, match=r"the role {kbd}"):
        lectures.run(book.chapter(body), book.root)
    assert not mark.exists()


def test_only_pages_with_code_make_notebooks(book):
    book.chapter("")
    assert lectures.chapter_paths(book.root) == [book.folder / "first.md"]
