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
    """All pages in reading order, numbered as the site numbers them."""
    contents = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf8"))
    found = [Page(contents["root"], None)]
    number = 0
    for part in contents["parts"]:
        for chapter in part["chapters"]:
            number += bool(part.get("numbered"))
            found.append(Page(chapter["file"], number if part.get("numbered") else None))
    return found
