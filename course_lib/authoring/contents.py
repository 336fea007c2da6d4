"""The pages of the book in their order, with their numbers, out of book/_toc.yml."""

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Page:
    """One page; `number` is the chapter's number, None outside the numbered part."""

    slug: str
    number: int | None


def pages(book: Path) -> list[Page]:
    """All pages in reading order, numbered as the site numbers them.

    Raises ValueError where the site would show pages that are not listed here.
    """
    contents = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf8"))
    _check(contents)
    found = [Page(contents["root"], None)]
    number = 0
    for part in contents["parts"]:
        for chapter in part["chapters"]:
            number += bool(part.get("numbered"))
            found.append(Page(chapter["file"], number if part.get("numbered") else None))
    return found


def _check(contents: dict) -> None:
    parts = contents.get("parts") or [{}]
    if "root" not in contents or any("chapters" not in part for part in parts):
        raise ValueError(
            "book/_toc.yml needs a `root:` and `parts:`, and each part its `chapters:`."
        )
    for chapter in (chapter for part in parts for chapter in part["chapters"]):
        if set(chapter) != {"file"}:
            raise ValueError(
                f"book/_toc.yml: {chapter} must be `file: NAME` and nothing else; make what stands "
                "in `sections:` chapters of their own."
            )
