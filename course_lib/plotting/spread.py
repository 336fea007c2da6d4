"""Something measured by several seeds, against something else: a mean and a band."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from course_lib.plotting.end_labels import label_ends
from course_lib.plotting.style import MUTED, SERIES, SMALL, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Number = int | float
FEW = 6


def plot_spread(
    x: Sequence[Number],
    lines: Mapping[str, Sequence[Sequence[Number]]],
    xlabel: str,
    ylabel: str,
    *,
    log: bool = False,
    log_x: bool = False,
    factor: Number = 1,
    note: str = "",
) -> "Figure":
    """Draw one line for each name: the mean over seeds, and from the least to the most as a band.

    `lines` has, for each name, a list for each seed, as long as `x`. With `log` the vertical axis
    is logarithmic, and the mean is the geometric one; with `log_x` the other axis is, and where `x`
    has few values each of them gets a tick. All numbers are multiplied by `factor`, which is 100
    for percent. `note` stands above: the number of seeds is said there anyway, so it should say the
    scale, if that is reduced.
    """
    _check(x, lines, log)
    if log_x and min(x) <= 0:
        raise ValueError(f"x has {min(x)}, which has no logarithm.")
    scales = {"xscale": "log" if log_x else "linear", "yscale": "log" if log else "linear"}
    rightmost = max(range(len(x)), key=x.__getitem__)
    ends = []
    with house_style() as plt:
        figure, axis = plt.subplots(figsize=(7.2, 3.6))
        for (name, seeds), color in zip(lines.items(), SERIES, strict=False):
            columns = [[factor * each for each in column] for column in zip(*seeds, strict=True)]
            means = [_mean(column, log) for column in columns]
            axis.plot(x, means, color=color, marker="o", markersize=3)
            bounds = [min(column) for column in columns], [max(column) for column in columns]
            axis.fill_between(x, *bounds, color=color, alpha=0.18, linewidth=0)
            ends.append((means[rightmost], name, color))
        axis.set(xlabel=xlabel, ylabel=ylabel, **scales)
        if log_x and len(x) <= FEW:
            axis.set_xticks(x, [f"{each:g}" for each in x])
            axis.minorticks_off()
        axis.grid(axis="y")
        axis.margins(x=0.02)
        axis.autoscale_view()
        label_ends(axis, ends)
        axis.set_title(_title(lines, note), loc="left", fontsize=SMALL, color=MUTED, pad=8)
        return figure


def _mean(values: Sequence[Number], log: bool) -> float:
    if not log:
        return sum(values) / len(values)
    from statistics import geometric_mean

    return geometric_mean(values)


def _title(lines: Mapping[str, Sequence], note: str) -> str:
    num = len(next(iter(lines.values())))
    seeds = "One seed." if num == 1 else f"Mean and range of {num} seeds."
    return "\n".join([seeds, *textwrap.wrap(note, 95)])


def _check(x: Sequence[Number], lines: Mapping[str, Sequence[Sequence[Number]]], log: bool) -> None:
    if not lines or not 1 <= len(lines) <= len(SERIES):
        raise ValueError(f"lines has {len(lines)} names; draw 1 to {len(SERIES)}.")
    counts = {len(seeds) for seeds in lines.values()}
    if len(counts) > 1 or 0 in counts:
        raise ValueError(f"lines has {sorted(counts)} seeds; each name needs as many, at least 1.")
    for name, seeds in lines.items():
        if any(len(values) != len(x) for values in seeds):
            raise ValueError(f"lines['{name}'] must have {len(x)} numbers a seed, one for each x.")
        if log and min(min(values) for values in seeds) <= 0:
            raise ValueError(f"lines['{name}'] has numbers of 0 or less, which have no logarithm.")
