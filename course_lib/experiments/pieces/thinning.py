"""Long tables made short, for records that are committed."""


def thinned(rows: list, most: int) -> list:
    """About `most` of the rows, evenly spread, the first and the last among them."""
    every, last = -(-len(rows) // most), len(rows)
    return [row for k, row in enumerate(rows, 1) if k in (1, last) or k % every == 0]
