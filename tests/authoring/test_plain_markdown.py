"""Oracle: the Markdown that a viewer without MyST shows right, written by hand."""

import pytest


def test_an_admonition_is_a_quotation_with_a_bold_title(book):
    source = ":::{admonition} Exercise 1\n:class: exercise\n\nCount {math}`n`.\n\nTwice.\n:::"
    assert book.plain(source) == "> **Exercise 1**\n>\n> Count $n$.\n>\n> Twice."


@pytest.mark.parametrize("name", ["note", "tip", "warning"])
def test_notes_say_what_they_are(book, name):
    assert (
        book.plain(f"```{{{name}}}\nCareful.\n```") == f"> **{name.capitalize()}**\n>\n> Careful."
    )


def test_the_argument_of_a_note_is_its_first_line(book):
    assert book.plain("```{note} One.\nTwo.\n```") == "> **Note**\n>\n> One.\n> Two."


def test_a_dropdown_is_an_html_element_that_opens(book):
    source = ":::{dropdown} Why `x < 1` & *not* **2**?\nBecause $x$.\n:::"
    assert book.plain(source) == (
        "<details>\n<summary>Why <code>x &lt; 1</code> &amp; <em>not</em> <strong>2</strong>?"
        "</summary>\n\nBecause $x$.\n\n</details>"
    )


def test_a_dropdown_inside_an_admonition(book):
    source = "::::{admonition} Quiz\n:class: quiz\nWhat?\n\n:::{dropdown} Answer\nThat.\n:::\n::::"
    assert book.plain(source) == (
        "> **Quiz**\n>\n> What?\n>\n> <details>\n> <summary>Answer</summary>\n>\n> That.\n>\n"
        "> </details>"
    )


def test_mathematics_carries_its_number(book):
    assert book.plain("```{math}\n:label: eq-here\nx\n```") == "$$\nx\n\\tag{1.1}\n$$"
    assert book.plain("$$\nx\n$$ (eq-here)") == "$$\nx\n\\tag{1.1}\n$$"
    assert book.plain("$$x$$") == "$$\nx\n$$"


def test_a_figure_is_embedded_with_its_number_and_caption(drawn):
    source = (
        '```{figure} figures/square.svg\n:name: fig-here\n:alt: A "blue" square.\n\n'
        "The *square*, {math}`a`.\n```"
    )
    picture, blank, caption = drawn.plain(source).split("\n")
    assert picture.startswith('<img src="data:image/png;base64,')
    assert picture.endswith('alt="A &quot;blue&quot; square." width="120">')
    assert (blank, caption) == ("", "**Figure 1.1.** The *square*, $a$.")


def test_a_page_outside_the_numbered_part_numbers_as_well(drawn):
    toc = drawn.folder / "_toc.yml"
    toc.write_text(toc.read_text().replace("    numbered: 1\n", ""))
    figure = "```{figure} figures/square.svg\n:name: fig-here\n:alt: A square.\n\nIt.\n```"
    plain = drawn.plain(f"{figure}\n\nSee {{numref}}`fig-here`.\n\n$$x$$ (eq-here)")
    assert plain.endswith("**Figure 1.** It.\n\nSee Figure 1.\n\n$$\nx\n\\tag{1}\n$$")


def test_an_image_has_no_caption(drawn):
    source = "```{image} figures/square.svg\n:alt: A square.\n```"
    assert drawn.plain(source).count("\n") == 0


def test_references_are_those_cited_before(book):
    listed = "```{bibliography}\n:filter: docname in docnames\n```"
    source = "Said {cite}`two` and {cite:t}`one`.\n\n" + listed
    lines = book.plain(source).split("\n")
    assert [line[:14] for line in lines[2:]] == ["- Ada Lovelace", "- Emmy Noether"]


def test_targets_and_comments_vanish(book):
    assert book.plain("(here)=\n## Title\n% hidden") == "## Title"


def test_code_stays_as_it_is(book):
    source = "```python\nx = {1: 2}  # {ref}`a`\n```"
    assert book.plain(source) == source


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("one\n\n```{tabs}\n```", r"first.md:3: the directive {tabs} .*figure, image, admonition"),
        (":::{note}\nok\n\n```{video} x\n```\n:::", r"first.md:4: the directive {video}"),
        ("```{note}\n:color: red\nx\n```", r"first.md:1: {note} has only the options \['class'\]"),
        (":::{note}\n:class: x\nok\n{kbd}`y`\n:::", r"first.md:4: the role {kbd}"),
        (":::{dropdown} A {kbd}`b`\nx\n:::", r"first.md:1: the role {kbd}"),
        (
            "```{dropdown} A `b`\nx\n```",
            r"first.md:1: a title with a ` in it needs a fence of colons",
        ),
        ("```{figure} figures/square.svg\n:name: f\n```", r"first.md:1: a picture needs :alt:"),
        ("```{image} figures/none.png\n:alt: x\n```", r"first.md:1: there is no picture none.png"),
        ("```{image} figures/square.svg\n:alt: x\n```", r"square.png is not drawn from square.svg"),
    ],
)
def test_what_a_notebook_cannot_show_fails_with_its_line(book, source, complaint):
    with pytest.raises(ValueError, match=complaint):
        book.plain(source)


def test_a_caption_without_a_name_fails(drawn):
    with pytest.raises(ValueError, match=r"first.md:1: a figure with a caption needs a :name:"):
        drawn.plain("```{figure} figures/square.svg\n:alt: x\n\nCaption.\n```")
