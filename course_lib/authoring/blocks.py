"""Cut MyST Markdown into blocks: directives, code, displayed mathematics, targets, text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|~{3,}|:{3,})(?P<info>.*)$")
DIRECTIVE = re.compile(r"^\s*\{(?P<name>[^}\s]+)\}\s*(?P<argument>.*)$")
TARGET = re.compile(r"^\((?P<label>[^()\s]+)\)=\s*$")
MATH_END = re.compile(r"\$\$\s*(\((?P<label>[^()\s]+)\))?\s*$")


@dataclass(frozen=True)
class Block:
    """`kind` is directive, code, math, target, comment, text or broken; `line` counts from 0.

    Only a directive has a name, an argument and an indent; only a target and mathematics have a
    label. A directive is broken when its title holds a backtick and its fence is of backticks.
    """

    kind: str
    lines: tuple[str, ...]
    line: int
    name: str = ""
    argument: str = ""
    indent: str = ""
    label: str = ""


def blocks(lines: Sequence[str]) -> Iterator[Block]:
    """The blocks of a text in their order; together they are all of its lines."""
    position = 0
    text: list[str] = []
    while position < len(lines):
        length, block = _special(lines, position)
        if block is None:
            text.append(lines[position])
            position += 1
            continue
        if text:
            yield Block("text", tuple(text), position - len(text))
            text = []
        yield block
        position += length
    if text:
        yield Block("text", tuple(text), position - len(text))


def _special(lines: Sequence[str], position: int) -> tuple[int, Block | None]:
    """The block that begins at this line and its number of lines; None for plain text."""
    line = lines[position]
    fence = FENCE.match(line)
    if fence and "`" in fence["marks"] and "`" in fence["info"]:
        if DIRECTIVE.match(fence["info"]):
            return 1, Block("broken", (line,), position)
    elif fence:
        return _fenced(lines, position, fence)
    target = TARGET.match(line)
    if target:
        return 1, Block("target", (line,), position, label=target["label"])
    if line.startswith("%"):
        return 1, Block("comment", (line,), position)
    if line.lstrip().startswith("$$"):
        return _mathematics(lines, position)
    return 1, None


def _fenced(lines: Sequence[str], position: int, fence: re.Match) -> tuple[int, Block | None]:
    mark, count = fence["marks"][0], len(fence["marks"])
    closing = re.compile(rf"^\s*{re.escape(mark)}{{{count},}}\s*$")
    end = position + 1
    while end < len(lines) and not closing.match(lines[end]):
        end += 1
    found = DIRECTIVE.match(fence["info"])
    if found is None:
        whole = tuple(lines[position : end + 1])
        return len(whole), Block("code", whole, position)
    indent = fence["indent"]
    body = tuple(line.removeprefix(indent) for line in lines[position + 1 : end])
    block = Block("directive", body, position, found["name"], found["argument"].strip(), indent)
    return min(end + 1, len(lines)) - position, block


def _mathematics(lines: Sequence[str], position: int) -> tuple[int, Block | None]:
    end = position
    first = lines[position].lstrip()[2:]
    found = MATH_END.search(first)
    while found is None and end + 1 < len(lines):
        end += 1
        found = MATH_END.search(lines[end])
    whole = tuple(lines[position : end + 1])
    if found is None:
        return len(whole), Block("text", whole, position)
    body = "\n".join(whole).strip().removeprefix("$$")
    body = MATH_END.sub("", body).strip("\n")
    return len(whole), Block("math", tuple(body.split("\n")), position, label=found["label"] or "")
