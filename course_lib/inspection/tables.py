"""A small table that reads well as text and, in a notebook, as HTML."""

from collections.abc import Sequence
from html import escape


def as_text(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns, numbers to the right, a rule under the headings."""
    cells = [list(headings), *([_text(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = _numeric_columns(headings, rows)
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    ]
    return "\n".join((lines[0], "-" * max(map(len, lines)), *lines[1:]))


def as_html(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The same as a plain table element; whoever shows it brings the style."""
    numeric = _numeric_columns(headings, rows)
    head = _html_row('th scope="col"', headings, numeric)
    body = "".join(_html_row("td", row, numeric) for row in rows)
    # The class is pandas' own: pages that show data frames have a style for it.
    return f'<table class="dataframe"><thead>{head}</thead><tbody>{body}</tbody></table>'


def sizes(shape: Sequence[int]) -> str:
    """A shape as people write it: 6 × 28 × 28."""
    return " × ".join(map(str, shape)) if shape else "one number"


def _numeric_columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> list[bool]:
    return [all(isinstance(row[at], int | float) for row in rows) for at in range(len(headings))]


def _html_row(tag: str, values: Sequence[object], numeric: Sequence[bool]) -> str:
    cells = (
        f'<{tag} style="text-align: {"right" if right else "left"}">'
        f"{escape(_text(value))}</{tag.split()[0]}>"
        for value, right in zip(values, numeric, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _text(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)
