"""Whether the sources that entries name are in book/references.bib."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from course_lib.claims.entries import Claim


def unknown_sources(claims: Iterable[Claim], bibliography: Path) -> Iterator[str]:
    """The entries whose source is not in the bibliography; a wheel has none and asks nothing."""
    if not bibliography.exists():
        return
    known = re.findall(r"^@\w+\{([^,\s]+),", bibliography.read_text(encoding="utf8"), re.MULTILINE)
    for claim in claims:
        if claim.kind == "literature" and claim.by["source"] not in known:
            yield (
                f"claim '{claim.id}': {bibliography.name} has no '{claim.by['source']}'; "
                "add the entry there, or name one that it has."
            )
