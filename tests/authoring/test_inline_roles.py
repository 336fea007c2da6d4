"""Oracle: the plain text a reader should see, written by hand; addresses from course.toml."""

import pytest

SITE = "https://going-deeper-course.github.io/going-deeper"
REPOSITORY = "https://github.com/going-deeper-course/going-deeper/blob/main"


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("{math}`x^2`", "$x^2$"),
        ("{cite}`one`", "(Lovelace, 1843)"),
        ("{cite:p}`one, two`", "(Lovelace, 1843; Noether and Hilbert, 1918)"),
        ("{cite:t}`one`", "Lovelace (1843)"),
        ("{numref}`fig-far`", "Figure 2.1"),
        ("{numref}`picture %s <fig-far>`", "picture 2.1"),
        ("{eq}`eq-far`", "(2.1)"),
        ("{ref}`sec-far`", f"[A section elsewhere]({SITE}/second.html#sec-far)"),
        ("{ref}`there\n<sec-far>`", f"[there]({SITE}/second.html#sec-far)"),
        ("{doc}`second`", f"[Second]({SITE}/second.html)"),
        ("{doc}`the next <second>`", f"[the next]({SITE}/second.html)"),
        ("[there](second.md)", f"[there]({SITE}/second.html)"),
        ("[there](second.md#sec-far)", f"[there]({SITE}/second.html#sec-far)"),
        ("[there](#sec-far)", f"[there]({SITE}/second.html#sec-far)"),
        ("[a `b`](https://example.org/c)", "[a `b`](https://example.org/c)"),
        ("[file](repository:course.toml)", f"[file]({REPOSITORY}/course.toml)"),
    ],
)
def test_what_each_role_and_link_becomes(book, source, plain):
    assert book.plain(source) == plain


def test_a_link_into_colab(book):
    assert book.plain("[run](colab:book/first.md)") == (
        "[run](https://colab.research.google.com/github/going-deeper-course/going-deeper/"
        "blob/main/book/first.md)"
    )


def test_a_link_into_colab_needs_github(book):
    file = book.root / "course.toml"
    text = file.read_text(encoding="utf8").replace(
        "https://github.com/", "https://git.example.edu/"
    )
    file.write_text(text, encoding="utf8")
    with pytest.raises(ValueError, match=r"first.md:1: .*from GitHub alone.*git.example.edu"):
        book.plain("[run](colab:book/first.md)")


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("{glue:text}`error`", "0.98765"),
        ("{glue:text}`error:.1%`", "98.8%"),
        ("{glue:text}`name`", "LeNet"),
    ],
)
def test_glued_values_are_written_out(book, source, plain):
    # The format is that of MyST-NB, which prints the same on the site.
    assert book.plain(source, error="0.98765", name="'LeNet'") == plain


@pytest.mark.parametrize(
    "untouched",
    ["`{ref}` and `x`", "``{doc}`x` ``", r"\`a\`", "$x_{a}$ costs", "[text][label]", "{ a }"],
)
def test_code_and_mathematics_stay_as_they_are(book, untouched):
    assert book.plain(untouched) == untouched


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{abbr}`CNN (net)`", r"first.md:1: the role {abbr} .*math, glue:text, cite"),
        ("fine\n\nnot {kbd}`x`", r"first.md:3: the role {kbd}"),
        ("{glue:text}`nothing`", r"no cell of this chapter glues 'nothing'"),
        ("{ref}`nowhere`", r"there is no label 'nowhere'"),
        ("{ref}`fig-far`", r"has no title: use {numref}"),
        ("{numref}`sec-far`", r"has no number"),
        ("{eq}`fig-far`", r"is no equation"),
        ("{doc}`missing`", r"the book has the pages intro, first, second"),
        ("[x](../lectures/x.ipynb)", r"write a page"),
        ("[x](repository:no/such/file)", r"there is no file no/such/file"),
        ("![alt](figures/square.png)", r"write a picture as a {figure}"),
        ("a note[^1]", r"notebooks show no footnotes"),
        ("{cite}`nobody`", r"has no entry 'nobody'"),
    ],
)
def test_what_a_notebook_cannot_show_fails_with_its_line(book, source, complaint):
    with pytest.raises(ValueError, match=complaint):
        book.plain(source)
