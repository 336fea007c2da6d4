"""Oracle: what stands on the pages of a small book, built for real."""

import re
import shutil

import pytest

from course_lib.authoring import lectures, site
from course_lib.authoring.labels import all_labels

pytestmark = pytest.mark.slow

BODY = """\
The answer is {glue:text}`answer`.

```{code-cell} ipython3
from course_lib.authoring.glue import glue
glue("answer", 6 * 7)
print("printed", 6 * 7)
```

```{code-cell} ipython3
:alt: A line from left below to right above.
:caption: The line rises.

import matplotlib.pyplot as plt

plt.plot([0, 1]);
```
"""


@pytest.fixture
def built(drawn, repository, monkeypatch):
    """A book whose one notebook is fresh, and a function that builds it and gives its page."""
    shutil.copy(repository / "_config.yml", drawn.root)
    static = drawn.folder / "_static"
    shutil.copytree(repository / "book/_static", static, ignore=shutil.ignore_patterns("vendor"))
    (static / "vendor" / "mathjax").mkdir(parents=True)
    (static / "vendor" / "mathjax" / "tex-chtml.js").write_text("")  # mathematics is not shown here
    monkeypatch.setattr(site, "mathjax", lambda root: None)
    notebook = lectures.run(drawn.chapter(BODY), drawn.root)
    path = lectures.lecture_path(drawn.root, "first")
    path.parent.mkdir()
    path.write_text(lectures.written(notebook), encoding="utf8")

    def page():
        return (site.build(drawn.root) / "first.html").read_text(encoding="utf8")

    return drawn, page


def test_a_fresh_chapter_is_not_run_and_a_stale_one_never_shown_as_it_was(built, capsys):
    book, page = built
    notebook = lectures.lecture_path(book.root, "first")
    # An output that no run gives: it is on the page only if the committed notebook was used.
    notebook.write_text(
        notebook.read_text(encoding="utf8").replace(
            "printed 42", "printed by a committed notebook"
        ),
        encoding="utf8",
    )
    assert "printed by a committed notebook" in page()

    text = book.folder / "first.md"
    text.write_text(text.read_text(encoding="utf8").replace("6 * 7", "6 * 8"), encoding="utf8")
    again = page()
    assert "first is stale (its code cells changed): it is run now" in capsys.readouterr().out
    assert "printed 48" in again
    assert "committed notebook" not in again


def test_what_a_cell_draws_is_a_figure_with_its_caption(built):
    _, page = built
    (figure,) = re.findall(r"<figure.*?</figure>", page(), re.DOTALL)
    assert 'alt="A line from left below to right above."' in figure
    assert re.search(r"<figcaption>.*The line rises\.", figure, re.DOTALL)


def test_buttons_and_addresses_follow_course_toml(built):
    book, page = built
    file = book.root / "course.toml"
    text = file.read_text(encoding="utf8").replace('address = ""', 'address = "https://hub.x.org"')
    file.write_text(text.replace("going-deeper-course", "somebody"), encoding="utf8")
    first = page()
    assert (
        "https://colab.research.google.com/github/somebody/going-deeper/blob/main/lectures" in first
    )
    assert "https://hub.x.org/hub/user-redirect/git-pull?" in first
    assert "going-deeper-course" not in first
    assert "executablebooks" not in first
    intro = (book.root / "_build/html/intro.html").read_text(encoding="utf8")
    assert "colab.research" not in intro  # a page without a notebook has no button


def test_pages_outside_the_numbered_part_are_numbered_as_in_notebooks(built):
    book, page = built
    figure = (
        "```{{figure}} figures/square.svg\n:name: fig-{0}\n:alt: a\n\nA.\n```\n\n$$x$$ (eq-{0})\n"
    )
    more = "  - caption: More\n    chapters:\n      - file: third\n"
    toc = book.folder / "_toc.yml"
    toc.write_text(toc.read_text(encoding="utf8") + more, encoding="utf8")
    for slug in ("intro", "third"):
        (book.folder / f"{slug}.md").write_text(f"# Page\n\n{figure.format(slug)}")
    page()
    labels = all_labels(book.folder)
    for slug, number in (("intro", "1"), ("second", "2.1"), ("third", "2")):
        text = (book.root / "_build" / "html" / f"{slug}.html").read_text(encoding="utf8")
        assert f'caption-number">Figure {number} </span>' in text
        assert f'class="eqno">({number})<' in text
        name = "far" if slug == "second" else slug
        assert labels[f"fig-{name}"].number == labels[f"eq-{name}"].number == number


def test_a_warning_is_an_error(built):
    book, page = built
    (book.folder / "second.md").write_text("# Second\n\n{ref}`nowhere`\n", encoding="utf8")
    with pytest.raises(RuntimeError, match="did not build the site"):
        page()


def test_missing_pages_are_named(book):
    folder = book.root / "_build"
    folder.mkdir()
    (folder / "intro.html").write_text("")
    with pytest.raises(RuntimeError, match="the site lacks the pages first, second"):
        site.check_pages(book.root, folder)


def test_another_jupyter_book_is_refused(book, monkeypatch):
    # Version 2 exits 0 without having built anything.
    monkeypatch.setattr(site, "version", lambda name: "2.1.7")
    with pytest.raises(RuntimeError, match=r"needs Jupyter Book 1, and 2.1.7 is installed"):
        site.build(book.root)
