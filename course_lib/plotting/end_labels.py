"""Names of lines where the lines end: a reader need not look them up in a legend."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL_GAP = 0.065  # of the axis' height: one line of text


def label_ends(axis: "Axes", ends: Sequence[tuple[float, str, str]]) -> None:
    """Write each line's name, (height, name, color), moved apart where two lines end together."""
    to_axes = axis.transData + axis.transAxes.inverted()
    # A logarithmic axis puts an error of zero far below itself.
    heights = [max(to_axes.transform((0, height))[1], 0.0) for height, _, _ in ends]
    for (_, text, color), height in zip(ends, _apart(heights), strict=True):
        axis.annotate(
            text, (1, height), (4, 0), xycoords="axes fraction", textcoords="offset points",
            color=color, va="center", annotation_clip=False,
        )  # fmt: skip


def _apart(heights: Sequence[float]) -> list[float]:
    """The same heights, each raised where it is less than a line of text above the next.

    Of equal heights the first is on top.
    """
    moved = list(heights)
    order = sorted(range(len(heights)), key=lambda index: (heights[index], -index))
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + LABEL_GAP)
    return moved
