"""Citations as text: author and year in the sentence, the whole entry in a list at the end."""

import re
from collections.abc import Iterable
from pathlib import Path


class Bibliography:
    """The entries of book/references.bib, formatted as the site formats them."""

    def __init__(self, path: Path):
        from pybtex.database import parse_file

        self.name = f"book/{path.name}"
        self._entries = parse_file(str(path), bib_format="bibtex").entries

    def in_text(self, key: str) -> tuple[str, str]:
        """Author and year: ("LeCun et al.", "1998")."""
        entry = self._entry(key)
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
        if len(names) > 2:
            names = [f"{names[0]} et al."]
        return " and ".join(names), entry.fields.get("year", "n.d.")

    def listed(self, keys: Iterable[str]) -> list[str]:
        """The whole entries in Markdown, one line each, in the order of their authors."""
        from pybtex.backends.markdown import Backend
        from pybtex.style.formatting.plain import Style

        entries = Style().format_entries([self._entry(key) for key in dict.fromkeys(keys)])
        return [_one_line(entry.text.render(Backend())) for entry in entries]

    def _entry(self, key: str):
        if key not in self._entries:
            raise ValueError(f"{self.name} has no entry '{key}'.")
        return self._entries[key]


def _one_line(markdown: str) -> str:
    """Pybtex breaks lines and escapes every dot; both only disturb in a list."""
    return re.sub(r"\\([.()-])", r"\1", " ".join(markdown.split()))


def parenthesized(bibliography: Bibliography, keys: list[str]) -> str:
    """`{cite}` and `{cite:p}`: (LeCun et al., 1998; Krizhevsky et al., 2012)."""
    return "(" + "; ".join(", ".join(bibliography.in_text(key)) for key in keys) + ")"


def textual(bibliography: Bibliography, keys: list[str]) -> str:
    """`{cite:t}`: LeCun et al. (1998), Krizhevsky et al. (2012)."""
    return ", ".join("{} ({})".format(*bibliography.in_text(key)) for key in keys)
