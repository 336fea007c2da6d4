"""Write what was computed into the file, and touch nothing else in it."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from course_lib.claims.entries import Value
from course_lib.claims.ledger import Ledger, parsed
from course_lib.claims.sources import fresh
from course_lib.claims.verdicts import same


def refresh(path: Path) -> list[str]:
    """Compute all entries and write those that changed; the ids of these."""
    changed = {claim.id: value for claim, value in stale(parsed(path))}
    if changed:
        path.write_text(with_ours(path.read_text(encoding="utf8"), changed), encoding="utf8")
    return list(changed)


def stale(claims: Ledger) -> list[tuple]:
    """The claims whose kept value is not what comes out now, each with the new value."""
    computed = ((claim, fresh(claim)) for claim in claims)
    return [(claim, value) for claim, value in computed if not same(claim.ours, value)]


def with_ours(text: str, values: Mapping[str, Value]) -> str:
    """The text with the line `ours` of these entries replaced; comments and spaces stay."""
    lines, current, replaced = [], None, False
    for line in text.split("\n"):
        start = re.match(r"- id: *([\w-]+)", line)
        current = start[1] if start else current
        if replaced and re.match(r"   |  - ", line):
            continue  # the rest of a value that went over several lines
        replaced = current in values and line.startswith("  ours:")
        lines.append(f"  ours: {_one_line(values[current])}" if replaced else line)
    return "\n".join(lines)


def _one_line(value: Value) -> str:
    dumped = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True)
    return dumped.removesuffix("\n").removesuffix("\n...")
