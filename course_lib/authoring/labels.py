"""What every label of the book stands for: a numbered figure, an equation, a section."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.authoring.blocks import Block, blocks
from course_lib.authoring.contents import Page, pages

HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*$")
OPTION = re.compile(r"^:(?P<name>[\w-]+):\s*(?P<value>.*)$")


@dataclass(frozen=True)
class Label:
    """`number` as the site prints it ("2.1", or "1" on a page outside the numbered part) for
    figures and equations, `title` for sections.
    """

    kind: str
    page: str
    number: str = ""
    title: str = ""


def all_labels(book: Path) -> dict[str, Label]:
    """The labels of all pages; a label that is given twice is named."""
    found: dict[str, Label] = {}
    counts: Counter[tuple[int | None, str]] = Counter()
    for page in pages(book):
        path = book / f"{page.slug}.md"
        for name, label in _labels(page, path.read_text(encoding="utf8").split("\n"), counts):
            if name in found:
                raise ValueError(f"book/{page.slug}.md: the label '{name}' is used twice.")
            found[name] = label
    return found


def page_titles(book: Path) -> dict[str, str]:
    """The title of each page by its slug: its first heading."""
    titles = {}
    for page in pages(book):
        lines = (book / f"{page.slug}.md").read_text(encoding="utf8").split("\n")
        titles[page.slug] = next(
            (found["title"] for found in map(HEADING.match, lines) if found), ""
        )
    return titles


def options_of(lines: tuple[str, ...]) -> tuple[dict[str, str], int]:
    """The `:key: value` lines at the head of a directive, and how many they are."""
    options = {}
    for line in lines:
        found = OPTION.match(line)
        if not found:
            break
        options[found["name"]] = found["value"].strip()
    return options, len(options)


def _labels(page: Page, lines: list[str], counts: Counter) -> Iterator[tuple[str, Label]]:
    """Number figures and equations as Sphinx does: by chapter, and through all other pages."""
    waiting: list[str] = []
    for block in _flat(lines):
        kind, name = _numbered(block)
        if kind:
            counts[page.number, kind] += 1
            count = counts[page.number, kind]
            number = f"{page.number}.{count}" if page.number else f"{count}"
            if name:
                yield name, Label(kind, page.slug, number)
        elif block.kind == "target":
            waiting.append(block.label)
        elif block.kind == "text" and any(line.strip() for line in block.lines):
            title = next((found["title"] for found in map(HEADING.match, block.lines) if found), "")
            yield from ((name, Label("section", page.slug, title=title)) for name in waiting)
            waiting = []


def _numbered(block: Block) -> tuple[str, str]:
    """("figure" or "equation", its label); an equation without a label has no number."""
    if block.kind == "math":
        return ("equation", block.label) if block.label else ("", "")
    if block.kind != "directive":
        return "", ""
    options, count = options_of(block.lines)
    if block.name == "math":
        return ("equation", options["label"]) if "label" in options else ("", "")
    if block.name == "figure" and any(line.strip() for line in block.lines[count:]):
        return "figure", options.get("name", "")
    return "", ""


def _flat(lines: list[str]) -> Iterator[Block]:
    """All blocks, those inside of directives after the directive that holds them."""
    for block in blocks(lines):
        yield block
        if block.kind == "directive" and block.name not in ("code-cell", "math", "figure"):
            yield from _flat(list(block.lines))
