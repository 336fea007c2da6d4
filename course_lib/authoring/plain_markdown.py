"""Turn the MyST Markdown of a chapter into Markdown that any notebook viewer shows.

The directives are a closed list: what is not in it fails with its line, so that nothing a
reader of the site sees is missing in Colab.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course_lib.authoring.blocks import Block, blocks
from course_lib.authoring.inline_roles import Surroundings, plain_inline
from course_lib.authoring.labels import options_of
from course_lib.authoring.pictures import embedded

Where = Callable[[int], str]


@dataclass(frozen=True)
class Directive:
    """A directive taken apart; `head` and `where(line of the body)` name lines for messages."""

    name: str
    argument: str
    options: dict[str, str]
    body: tuple[str, ...]
    head: str
    where: Where


def plain_markdown(source: str, around: Surroundings, where: Where) -> str:
    """The Markdown of one cell in plain form; `where(line)` names a line of it for messages."""
    return "\n".join(_plain(source.split("\n"), around, where)).strip("\n")


def _plain(lines: Sequence[str], around: Surroundings, where: Where) -> list[str]:
    result: list[str] = []
    for block in blocks(lines):
        result += _block(block, around, lambda line, start=block.line: where(start + line))
    return result


def _block(block: Block, around: Surroundings, where: Where) -> list[str]:
    if block.kind == "directive":
        converted = _convert(block, around, where)
        return [block.indent + line if line else line for line in converted]
    if block.kind == "math":
        return _mathematics(block.lines, block.label, around)
    if block.kind == "broken":
        raise ValueError(f"{where(0)}: a title with a ` in it needs a fence of colons, :::{{...}}.")
    if block.kind == "text":
        return plain_inline("\n".join(block.lines), around, where).split("\n")
    return list(block.lines) if block.kind == "code" else []


def _convert(block: Block, around: Surroundings, where: Where) -> list[str]:
    if block.name not in DIRECTIVES:
        raise ValueError(
            f"{where(0)}: the directive {{{block.name}}} is not among those a notebook can show: "
            f"{', '.join(DIRECTIVES)}."
        )
    convert, known = DIRECTIVES[block.name]
    options, count = options_of(block.lines)
    unknown = set(options) - known
    if unknown:
        raise ValueError(
            f"{where(0)}: {{{block.name}}} has only the options {sorted(known)}, "
            f"not {sorted(unknown)}."
        )
    directive = Directive(
        block.name,
        block.argument,
        options,
        body=block.lines[count:],
        head=where(0),
        where=lambda line: where(line + 1 + count),
    )
    return convert(directive, around)


def _mathematics(lines: Sequence[str], label: str, around: Surroundings) -> list[str]:
    tag = [rf"\tag{{{around.labels[label].number}}}"] if label else []
    return ["$$", *(line for line in lines if line.strip()), *tag, "$$"]


def _math_directive(directive: Directive, around: Surroundings) -> list[str]:
    lines = [directive.argument, *directive.body]
    return _mathematics(lines, directive.options.get("label", ""), around)


def _admonition(directive: Directive, around: Surroundings) -> list[str]:
    """A quotation whose first line is the title in bold."""
    title, body = directive.argument, list(directive.body)
    if directive.name != "admonition":  # {note} and its like: the argument is the first line
        title, body = directive.name.capitalize(), [directive.argument, *body]
    offset = len(body) - len(directive.body)
    content = _plain(body, around, lambda line: directive.where(line - offset))
    shown = f"**{_inline(title, directive, around)}**\n\n" + "\n".join(content).strip("\n")
    return [f"> {line}".rstrip() for line in shown.split("\n")]


def _dropdown(directive: Directive, around: Surroundings) -> list[str]:
    title = _as_html(_inline(directive.argument, directive, around))
    body = _plain(directive.body, around, directive.where)
    return ["<details>", f"<summary>{title}</summary>", "", *body, "", "</details>"]


def _picture(directive: Directive, around: Surroundings) -> list[str]:
    alt = directive.options.get("alt", "")
    if not alt:
        raise ValueError(f"{directive.head}: a picture needs :alt:, for who cannot see it.")
    try:
        address, width = embedded(around.book / directive.argument)
    except (ValueError, OSError) as error:
        raise ValueError(f"{directive.head}: {error}") from error
    shown = f'<img src="{address}" alt="{html.escape(alt)}" width="{width}">'
    caption = _plain(directive.body, around, directive.where)
    if directive.name == "image" or not any(caption):
        return [shown]
    label = around.labels.get(directive.options.get("name", ""))
    if label is None:
        raise ValueError(f"{directive.head}: a figure with a caption needs a :name:.")
    return [shown, "", f"**Figure {label.number}.** " + "\n".join(caption).strip()]


def _references(directive: Directive, around: Surroundings) -> list[str]:
    return [f"- {entry}" for entry in around.bibliography.listed(around.cited)]


def _inline(text: str, directive: Directive, around: Surroundings) -> str:
    return plain_inline(text, around, lambda line: directive.head)


def _as_html(markdown: str) -> str:
    """A one-line title for an HTML element, where Markdown is not read."""
    text = html.escape(markdown, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)


DIRECTIVES: dict[str, tuple[Callable[[Directive, Surroundings], list[str]], set[str]]] = {
    "figure": (_picture, {"alt", "name", "width", "align"}),
    "image": (_picture, {"alt", "width", "align"}),
    "admonition": (_admonition, {"class"}),
    "note": (_admonition, {"class"}),
    "tip": (_admonition, {"class"}),
    "warning": (_admonition, {"class"}),
    "dropdown": (_dropdown, {"open", "class"}),
    "math": (_math_directive, {"label"}),
    "bibliography": (_references, {"filter"}),
}
