"""Claims as text, and as a page shows them."""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

from course_lib.claims.entries import Claim, Value
from course_lib.training import records

HEADINGS = ("lecture", "claim", "the lecture", "here", "verdict")
LARGE = 10_000  # from here on, digits are grouped; a year is not
WIDEST = 32  # characters of a value in a table of text
STYLE = (
    "<style>.claims details {border-bottom: 1px solid #8886; padding: 0.35rem 0} "
    ".claims summary {cursor: pointer} .claims summary small {display: block; margin-left: 1rem} "
    ".claims p {margin: 0.3rem 0 0.3rem 1rem}</style>"
)


def shown(value: Value) -> str:
    """A value as people write it: 60,965,224, 2.82, yes, a list with commas between."""
    if isinstance(value, list):
        separator = "; " if any("," in shown(one) for one in value) else ", "
        return separator.join(map(shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= LARGE and value == int(value) else f"{value:.7g}"
    return "not yet computed" if value is None else value


def origin(claim: Claim) -> str:
    """Where our side of the comparison comes from, in a few words."""
    if claim.kind == "computed":
        return f"computed by {claim.by}"
    if claim.kind == "record":
        how = "in every seed" if "above" in claim.by else "mean over seeds"
        return f"measured, {how} of {claim.by['experiment']}{_scale(claim.by['experiment'])}"
    return f"read in {_cited(claim.by['source'])}, {claim.by['where']}"


def as_rows(claims: Iterable[Claim]) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Headings and short rows for text: ids stand for the sentences."""
    rows = [(c.lecture, c.id, _short(c.value), _short(c.ours), c.verdict) for c in claims]
    return HEADINGS, rows


def as_page(claims: Sequence[Claim], with_lecture: bool = False) -> str:
    """A list of claims, each a line that can be opened: its remark, its proof, where ours is from.

    A table would be wider than a phone, and four hundred open entries longer than anyone reads.
    """
    return (
        f'{STYLE}<div class="claims">{"".join(_entry(one, with_lecture) for one in claims)}</div>'
    )


def folded(claims: Sequence[Claim], line: str) -> str:
    """The same list behind a line of its own."""
    return f'<details class="claims"><summary>{escape(line)}</summary>{as_page(claims)}</details>'


def _entry(claim: Claim, with_lecture: bool) -> str:
    place = f"“{claim.heading}”" if not with_lecture else f"{claim.lecture}, “{claim.heading}”"
    values = f"The lecture: {shown(claim.value)}. Here: {shown(claim.ours)}."
    said = f"{escape(claim.states)} <small>{escape(values)} <b>{claim.verdict}</b></small>"
    reasons = "".join(f"<p>{escape(text)}</p>" for text in _why(claim))
    source = f"<p><small>{escape(place)}; ours is {escape(origin(claim))}.</small></p>"
    return f"<details><summary>{said}</summary>{reasons}{source}</details>"


def _why(claim: Claim) -> list[str]:
    return [text for text in (claim.remark, claim.proof) if text]


def _scale(experiment: str) -> str:
    """How much smaller the runs were than those of the paper."""
    scale = records(experiment)[0].scale
    return "" if scale["kind"] == "paper" else f" at a reduced scale ({scale['note'].rstrip('.')})"


def _cited(key: str) -> str:
    """`krizhevsky2012` as readers know it from the text: Krizhevsky 2012."""
    name, year = re.fullmatch(r"(.*?)(\d{4}\w?)?", key).groups()
    return f"{name.capitalize()} {year}" if year else name.capitalize()


def _short(value: Value) -> str:
    text = shown(value)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


class Explained(tuple[Claim, ...]):
    """Claims with their remarks and proofs; print them, or let a notebook show them."""

    def __repr__(self) -> str:
        return f"{len(self)} claims, each with what there is to say about it."

    def __str__(self) -> str:
        return "\n\n".join(map(_paragraph, self))

    def _repr_html_(self) -> str:
        return as_page(self, with_lecture=True)


def _paragraph(claim: Claim) -> str:
    lines = [
        f"{claim.id} ({claim.lecture}, “{claim.heading}”): {claim.verdict}",
        claim.states,
        f"The lecture: {shown(claim.value)}. Here: {shown(claim.ours)} ({origin(claim)}).",
        *_why(claim),
    ]
    return "\n  ".join(lines)
