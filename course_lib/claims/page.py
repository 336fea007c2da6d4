"""Claims as a page shows them: a table with headings for readers who listen to it."""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

from course_lib.claims.entries import Claim, Value

HEADINGS = ("lecture", "claim", "the lecture", "here", "verdict")
COLUMNS = ("what is said", "the lecture", "here", "verdict")
LARGE = 10_000  # from here on, digits are grouped; a year is not
WIDEST = 32  # characters of a value in a table of text
# Notebooks align cells to the right, and the site keeps them on one line: sentences need neither.
STYLE = (
    "<style>table.claims {border-collapse: collapse} "
    "table.claims :is(th, td) {text-align: left; vertical-align: top; white-space: normal; "
    "overflow-wrap: anywhere; font-weight: normal; min-width: 4.5rem; padding: 0.4rem} "
    "table.claims thead th {font-weight: bold} table.claims tbody th {min-width: 11rem} "
    "table.claims td.why {min-width: 17rem} table.claims tr {border-bottom: 1px solid #8886}"
    "</style>"
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
        return f"measured, mean over seeds of {claim.by['experiment']}"
    return f"read in {_cited(claim.by['source'])}, {claim.by['where']}"


def as_rows(claims: Iterable[Claim]) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """Headings and short rows for text: ids stand for the sentences."""
    rows = [(c.lecture, c.id, _short(c.value), _short(c.ours), c.verdict) for c in claims]
    return HEADINGS, rows


def as_page(claims: Sequence[Claim], explain: bool = False) -> str:
    """A table element: a claim is its row's heading, its verdict is in words."""
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "".join(_row(claim, explain) for claim in claims)
    return (
        f'{STYLE}<table class="claims"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _row(claim: Claim, explain: bool) -> str:
    """The lecture is named only where claims of several may stand together."""
    place = f"{claim.lecture}, “{claim.heading}”" if explain else f"“{claim.heading}”"
    cells = [
        f'<th scope="row">{escape(claim.states)}<br><small>{escape(place)}</small></th>',
        *(f"<td>{escape(shown(value))}</td>" for value in (claim.value, claim.ours)),
        _reasons(claim) if explain else f"<td>{claim.verdict}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _reasons(claim: Claim) -> str:
    reasons = "<br>".join(map(escape, [*_why(claim), f"({origin(claim)})"]))
    return f'<td class="why"><strong>{claim.verdict}.</strong> {reasons}</td>'


def _why(claim: Claim) -> list[str]:
    return [text for text in (claim.remark, claim.proof) if text]


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
        return as_page(self, explain=True)


def _paragraph(claim: Claim) -> str:
    lines = [
        f"{claim.id} ({claim.lecture}, “{claim.heading}”): {claim.verdict}",
        claim.states,
        f"The lecture: {shown(claim.value)}. Here: {shown(claim.ours)} ({origin(claim)}).",
        *_why(claim),
    ]
    return "\n  ".join(lines)
