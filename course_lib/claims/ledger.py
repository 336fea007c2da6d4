"""Read book/claims.yml and refuse what is wrong in it."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

import yaml

from course_lib.claims.bibliography import unknown_sources
from course_lib.claims.entries import FAILS, LECTURES, VERDICTS, Claim, faults
from course_lib.claims.page import Explained, as_rows, folded
from course_lib.claims.verdicts import contradictions
from course_lib.inspection.tables import as_text
from course_lib.provenance import claims_file

# Ten times as fast where PyYAML was built with its C part; both read plain values alone.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Ledger(tuple[Claim, ...]):
    """The claims in the order of the file; printed, or shown in a notebook, they are a table."""

    def of(self, lecture: str) -> "Ledger":
        """The claims of one lecture, by its key; ValueError for a key that is none."""
        if lecture not in LECTURES:
            raise ValueError(f"There is no lecture '{lecture}'; there are {', '.join(LECTURES)}.")
        return Ledger(claim for claim in self if claim.lecture == lecture)

    def with_verdict(self, *verdicts: str) -> "Ledger":
        """The claims with one of these verdicts; ValueError for a word that is none."""
        unknown = set(verdicts) - set(VERDICTS)
        if unknown:
            raise ValueError(f"{sorted(unknown)} is no verdict; these are: {', '.join(VERDICTS)}.")
        return Ledger(claim for claim in self if claim.verdict in verdicts)

    @property
    def wrong(self) -> "Ledger":
        """What does not hold."""
        return self.with_verdict(FAILS)

    @property
    def explained(self) -> Explained:
        """The same claims, each with its remark and its proof."""
        return Explained(self)

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each verdict."""
        found = Counter(claim.verdict for claim in self)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def __repr__(self) -> str:
        """One line: a notebook keeps it beside the table, which is long."""
        hold, remark, fail = self.counts.values()
        return f"{len(self)} claims: {hold} hold, {remark} hold with a remark, {fail} do not hold."

    def __str__(self) -> str:
        return as_text(*as_rows(self))

    def _repr_html_(self) -> str:
        return folded(self, repr(self))


def ledger(path: Path | None = None) -> Ledger:
    """All claims of the lectures; `path` is another file than the course's.

    Raises ValueError that names every entry which breaks a rule, and what to do about it.
    Whether computed values are still fresh is a question for `course claims`.
    """
    path = path or claims_file()
    found = parsed(path)
    broken = [fault for claim in found for fault in contradictions(claim)]
    _refuse(path, [*broken, *unknown_sources(found, path.parent / "references.bib")])
    return found


def claim(name: str, path: Path | None = None) -> Claim:
    """One claim by its id; an unknown one raises ValueError, which names the nearest."""
    known = {one.id: one for one in ledger(path)}
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "`course claims` lists them."
        raise ValueError(f"There is no claim '{name}'; {hint}")
    return known[name]


def parsed(path: Path) -> Ledger:
    """The entries of a file, each complete in itself; their verdicts are not looked at."""
    try:
        entries = yaml.load(path.read_text(encoding="utf8"), LOADER) or []
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not YAML: {error}") from error
    if not isinstance(entries, list):
        raise ValueError(f"{path} must be a list; begin each entry with `- id: ...`.")
    broken = [fault for entry in entries for fault in faults(entry)]
    _refuse(path, broken or list(_doubled(entries)))
    return Ledger(Claim(**entry) for entry in entries)


def _doubled(entries: list[dict]) -> Iterator[str]:
    for name, count in Counter(entry["id"] for entry in entries).items():
        if count > 1:
            yield f"claim '{name}' is there {count} times; give each an id of its own."


def _refuse(path: Path, broken: list[str]) -> None:
    if broken:
        raise ValueError("\n".join((f"{path.name} breaks {len(broken)} of its rules:", *broken)))
