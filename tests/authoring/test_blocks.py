"""Oracle: small texts whose blocks are counted by hand; and the lines themselves, put together."""

from hypothesis import given
from hypothesis import strategies as st

from course_lib.authoring.blocks import blocks


def cut(text):
    return list(blocks(text.split("\n")))


def test_a_directive_has_a_name_an_argument_and_its_body():
    (block,) = cut("```{note} Careful\nline\n```")
    assert (block.kind, block.name, block.argument, block.lines) == (
        "directive",
        "note",
        "Careful",
        ("line",),
    )


def test_colons_hold_a_directive_of_backticks():
    outer, after = cut(":::{admonition} Quiz\n```{dropdown} Why\nso\n```\n:::\nafter")
    assert outer.lines == ("```{dropdown} Why", "so", "```")
    assert after.kind == "text"


def test_a_longer_fence_holds_a_shorter_one():
    (outer,) = cut("````{note}\n```{tip}\nx\n```\n````")
    assert outer.lines == ("```{tip}", "x", "```")


def test_code_is_kept_whole_even_when_it_looks_like_a_directive():
    (code,) = cut("~~~\n:::{note}\n:::\n~~~")
    assert code.kind == "code"
    assert len(code.lines) == 4


def test_a_directive_in_a_list_is_taken_out_of_its_indent():
    _, block = cut("- item\n  ```{note}\n  inside\n  ```")
    assert (block.indent, block.lines) == ("  ", ("inside",))


def test_mathematics_over_lines_with_its_label():
    _, block, _ = cut("before\n$$\nx = \\text{a`b`}\n$$ (eq-x)\nafter")
    assert (block.kind, block.label, block.lines) == ("math", "eq-x", ("x = \\text{a`b`}",))


def test_mathematics_on_one_line():
    (block,) = cut("$$y = x$$")
    assert (block.kind, block.label, block.lines) == ("math", "", ("y = x",))


def test_a_backtick_in_the_title_of_a_backtick_fence_is_no_directive():
    # CommonMark: the info string of a backtick fence may not contain backticks.
    assert cut("```{dropdown} What does `x` do\n```")[0].kind == "broken"


def test_a_target_and_a_comment():
    target, comment = cut("(sec-a)=\n% not shown")
    assert (target.kind, target.label, comment.kind) == ("target", "sec-a", "comment")


@given(
    st.lists(st.sampled_from(["```{note}", "```", ":::", ":::{tip} a", "$$", "text", "", "% c"]))
)
def test_every_line_is_in_exactly_one_block(lines):
    covered = 0
    for block in blocks(lines):
        assert block.line == covered
        covered = min(len(lines), covered + length(block, lines))
    assert covered == len(lines)


def length(block, lines):
    """The lines a block takes up, counted to where the next one begins."""
    later = [other.line for other in blocks(lines) if other.line > block.line]
    return (later[0] if later else len(lines)) - block.line
