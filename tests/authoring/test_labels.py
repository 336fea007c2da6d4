"""Oracle: numbers counted by hand; tests/site compares those of the real book with Sphinx's."""

import pytest

from course_lib.authoring.contents import pages
from course_lib.authoring.labels import all_labels, page_titles


def test_pages_in_order_with_the_numbers_of_the_numbered_part(book):
    assert [(page.slug, page.number) for page in pages(book.folder)] == [
        ("intro", None),
        ("first", 1),
        ("second", 2),
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- file: second", "- file: second\n        sections: [{file: third}]", "of their own"),
        ("- file: second", "- url: https://example.org", "must be `file: NAME`"),
        ("parts:", "others:", "needs a `root:` and `parts:`"),
        ("    chapters:", "    sections:", "each part its `chapters:`"),
        ("root:", "main:", "needs a `root:`"),
    ],
)
def test_contents_of_which_we_would_lose_pages_are_refused(book, old, new, complaint):
    toc = book.folder / "_toc.yml"
    toc.write_text(toc.read_text(encoding="utf8").replace(old, new), encoding="utf8")
    with pytest.raises(ValueError, match=f"book/_toc.yml.*{complaint}"):
        pages(book.folder)


def test_figures_and_equations_are_numbered_by_chapter(book):
    (book.folder / "first.md").write_text(
        "# First\n\n```{figure} a.png\n:alt: a\n\nWithout a name, it counts.\n```\n\n"
        "$$x$$\n\n$$y$$ (eq-y)\n\n"
        ":::{note}\n```{figure} b.png\n:name: fig-b\n:alt: b\n\nInside a note.\n```\n:::\n\n"
        "```{math}\n:label: eq-z\nz\n```\n",
        encoding="utf8",
    )
    labels = all_labels(book.folder)
    assert labels["fig-b"].number == "1.2"
    assert labels["eq-y"].number == "1.1"  # an equation without a label has no number
    assert labels["eq-z"].number == "1.2"
    assert labels["fig-far"].number == "2.1"


def test_a_figure_without_a_caption_has_no_number(book):
    (book.folder / "first.md").write_text(
        "# First\n\n```{figure} a.png\n:alt: a\n```\n\n"
        "```{figure} b.png\n:name: fig-b\n:alt: b\n\nThe first.\n```\n",
        encoding="utf8",
    )
    assert all_labels(book.folder)["fig-b"].number == "1.1"


def test_pages_outside_the_numbered_part_share_their_numbers(book):
    # Sphinx's section number of such a page is empty, so that its counter runs through all of them.
    figure = "```{{figure}} a.png\n:name: fig-{0}\n:alt: a\n\nA.\n```\n\n$$x$$ (eq-{0})\n"
    toc = book.folder / "_toc.yml"
    toc.write_text(toc.read_text() + "  - caption: More\n    chapters:\n      - file: more\n")
    for slug in ("intro", "first", "more"):
        (book.folder / f"{slug}.md").write_text(f"# A page\n\n{figure.format(slug)}")
    numbers = {name: label.number for name, label in all_labels(book.folder).items()}
    assert (numbers["fig-intro"], numbers["eq-intro"]) == ("1", "1")
    assert (numbers["fig-first"], numbers["eq-first"]) == ("1.1", "1.1")
    assert (numbers["fig-more"], numbers["eq-more"]) == ("2", "2")


def test_a_target_takes_the_title_of_its_section(book):
    label = all_labels(book.folder)["sec-far"]
    assert (label.page, label.title) == ("second", "A section elsewhere")


def test_a_label_used_twice_is_named(book):
    (book.folder / "first.md").write_text("# First\n\n(sec-far)=\n## Again\n", encoding="utf8")
    with pytest.raises(ValueError, match=r"'sec-far' is used twice"):
        all_labels(book.folder)


def test_titles(book):
    assert page_titles(book.folder) == {"intro": "Intro", "first": "First", "second": "Second"}
