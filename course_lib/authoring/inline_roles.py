"""Turn the roles and links inside a paragraph into plain Markdown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.authoring.citations import Bibliography, parenthesized, textual
from course_lib.authoring.course_file import Course
from course_lib.authoring.labels import Label

INLINE = re.compile(
    r"(?P<escaped>\\.)"
    r"|\{(?P<role>[a-zA-Z][\w:.+-]*)\}(?P<marks>`+)(?P<content>.+?)(?P=marks)"
    r"|(?P<code>(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<math>\$(?!\s)[^$]+?\$)"
    r"|(?P<image>!\[[^\]]*\]\([^)\s]+\))"
    r"|(?P<link>\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^)\s]*)\))"
    r"|(?P<footnote>\[\^[^\]]+\])",
    re.DOTALL,
)
TITLED = re.compile(r"^(?P<title>.*?)\s*<(?P<label>[^<>]+)>$", re.DOTALL)
NUMBER = re.compile(r"%s|\{number\}")


@dataclass
class Surroundings:
    """What a chapter's text refers to; `cited` collects the keys for its list of references.

    `glued` is None while the chapter has not run yet: then any name will do.
    """

    course: Course
    book: Path
    labels: Mapping[str, Label]
    titles: Mapping[str, str]
    bibliography: Bibliography
    glued: Mapping[str, str] | None
    cited: list[str] = field(default_factory=list)


def plain_inline(text: str, around: Surroundings, where: Callable[[int], str]) -> str:
    """A paragraph without roles; `where` names the line of the text for a message."""

    def replace(found: re.Match) -> str:
        try:
            return _replace(found, around)
        except ValueError as error:
            line = where(text.count("\n", 0, found.start()))
            raise ValueError(f"{line}: {error}") from error

    return INLINE.sub(replace, text)


def _replace(found: re.Match, around: Surroundings) -> str:
    if found["role"]:
        role = ROLES.get(found["role"])
        if role is None:
            raise ValueError(
                f"the role {{{found['role']}}} is not among those a notebook can show: "
                f"{', '.join(ROLES)}."
            )
        return role(found["content"].strip(), around)
    if found["image"]:
        raise ValueError("write a picture as a {figure} or {image}, with :alt:.")
    if found["footnote"]:
        raise ValueError("notebooks show no footnotes; put it in the text or in a {dropdown}.")
    if found["link"]:
        text = INLINE.sub(lambda inner: _replace(inner, around), found["text"])
        return _link(text, found["target"], around)
    return found[0]


def _link(text: str, target: str, around: Surroundings) -> str:
    scheme, _, path = target.partition(":")
    if scheme in ("http", "https", "mailto"):
        return f"[{text}]({target})"
    if scheme == "colab" and not around.course.on_github:
        raise ValueError(
            f"the link to {target}: Colab opens notebooks from GitHub alone, and course.toml names "
            f"{around.course.repository}; write repository:{path}."
        )
    if scheme in ("repository", "colab"):
        if not (around.book.parent / path).exists():
            raise ValueError(f"the link to {target}: there is no file {path} in the repository.")
        address = around.course.file if scheme == "repository" else around.course.colab
        return f"[{text}]({address(path)})"
    page, _, anchor = target.partition("#")
    if not page and anchor in around.labels:
        return _to_label(text, anchor, around)
    slug = page.removesuffix(".md")
    if not page.endswith(".md") or slug not in around.titles:
        raise ValueError(
            f"the link to '{target}': write a page (lenet.md), a #label, repository:PATH, "
            "colab:PATH or a whole address."
        )
    return f"[{text or around.titles[slug]}]({around.course.page(slug, anchor)})"


def _to_label(text: str, name: str, around: Surroundings) -> str:
    label = around.labels[name]
    return f"[{text or label.title}]({around.course.page(label.page, name)})"


def _label(name: str, around: Surroundings) -> Label:
    if name not in around.labels:
        raise ValueError(f"there is no label '{name}' in the book.")
    return around.labels[name]


def _titled(content: str) -> tuple[str, str]:
    """`title <label>` as (title, label); a bare label has no title."""
    found = TITLED.match(content)
    return (found["title"], found["label"]) if found else ("", content)


def _reference(content: str, around: Surroundings) -> str:
    title, name = _titled(content)
    label = _label(name, around)
    if not (title or label.title):
        raise ValueError(f"{{ref}} to '{name}', which has no title: use {{numref}} or {{eq}}.")
    return _to_label(title, name, around)


def _numbered(content: str, around: Surroundings) -> str:
    title, name = _titled(content)
    label = _label(name, around)
    if not label.number:
        raise ValueError(f"{{numref}} to '{name}', which has no number.")
    return NUMBER.sub(label.number, title) if title else f"Figure {label.number}"


def _equation(content: str, around: Surroundings) -> str:
    label = _label(content, around)
    if label.kind != "equation":
        raise ValueError(f"{{eq}} to '{content}', which is no equation.")
    return f"({label.number})"


def _page(content: str, around: Surroundings) -> str:
    title, slug = _titled(content)
    if slug not in around.titles:
        raise ValueError(f"{{doc}} to '{slug}': the book has the pages {', '.join(around.titles)}.")
    return f"[{title or around.titles[slug]}]({around.course.page(slug)})"


def _glued(content: str, around: Surroundings) -> str:
    from myst_nb.core.variables import format_plain_text

    name, _, form = content.rpartition(":") if ":" in content else (content, "", "s")
    if around.glued is None:
        return ""
    if name not in around.glued:
        raise ValueError(f"no cell of this chapter glues '{name}'.")
    return format_plain_text(around.glued[name], form)


def _cited(content: str, around: Surroundings) -> list[str]:
    keys = [key.strip() for key in content.split(",")]
    around.cited += keys
    return keys


ROLES: dict[str, Callable[[str, Surroundings], str]] = {
    "math": lambda content, around: f"${content}$",
    "glue:text": _glued,
    "cite": lambda content, around: parenthesized(around.bibliography, _cited(content, around)),
    "cite:p": lambda content, around: parenthesized(around.bibliography, _cited(content, around)),
    "cite:t": lambda content, around: textual(around.bibliography, _cited(content, around)),
    "ref": _reference,
    "numref": _numbered,
    "eq": _equation,
    "doc": _page,
}
