"""Training curves: what several seeds did, as a mean and a band."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_lib.plotting.end_labels import label_ends
from course_lib.plotting.seed_series import Runs, by_experiment
from course_lib.plotting.style import MUTED, SERIES, SMALL, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.training import Record

QUANTITIES = {
    "train_error": "training error",
    "validation_error": "validation error",
    "train_loss": "training loss",
}
LINES = {"train_error": (0, (4, 2)), "validation_error": "-", "train_loss": "-"}


def plot_curves(
    records: "Sequence[Record | Mapping[str, Any]]",
    quantities: Sequence[str] = ("train_error", "validation_error"),
    names: Mapping[str, str] | None = None,
    log: bool = False,
) -> "Figure":
    """Draw the mean over seeds as a line, and from the smallest to the largest as a band.

    One color for each experiment, one kind of line for each quantity. Errors are drawn in
    percent. `names` says how experiments are called in the figure. The figure states the
    number of seeds, and at what scale runs were made that fall short of the paper's.
    """
    groups = by_experiment(records)
    _check(groups, quantities)
    names = {runs.experiment: runs.experiment for runs in groups} | dict(names or {})
    factor = 1 if "train_loss" in quantities else 100
    ends = []
    with house_style() as plt:
        figure, axis = plt.subplots(figsize=(7.2, 3.6))
        for runs, color in zip(groups, SERIES, strict=False):
            for quantity in quantities:
                height = _draw(axis, runs, quantity, color, factor, len(quantities) == 1)
                ends.append(
                    (height, _label(names[runs.experiment], quantity, groups, quantities), color)
                )
        _dress(axis, quantities, log)
        label_ends(axis, ends)
        axis.set_title(subtitle(groups, names), loc="left", fontsize=SMALL, color=MUTED, pad=8)
        return figure


def _check(groups: Sequence[Runs], quantities: Sequence[str]) -> None:
    if not groups:
        raise ValueError("records is empty; there is nothing to draw.")
    if len(groups) > len(SERIES):
        raise ValueError(f"records holds {len(groups)} experiments; draw at most {len(SERIES)}.")
    unknown = [quantity for quantity in quantities if quantity not in QUANTITIES]
    if unknown or not quantities:
        raise ValueError(f"quantities is {quantities!r}; choose from {', '.join(QUANTITIES)}.")
    if "train_loss" in quantities and len(quantities) > 1:
        raise ValueError("quantities mixes a loss with errors, which have no common axis.")


def _draw(
    axis: "Axes", runs: Runs, quantity: str, color: str, factor: int, is_alone: bool
) -> float:
    """Line and band of one experiment; returns the height at which the line ends."""
    series = runs.series(quantity)
    mean, smallest, largest = (
        [factor * value for value in values]
        for values in (series.mean, series.smallest, series.largest)
    )
    marker = "o" if len(mean) == 1 else None
    line = "-" if is_alone else LINES[quantity]
    axis.plot(series.epochs, mean, color=color, linestyle=line, marker=marker)
    axis.fill_between(series.epochs, smallest, largest, color=color, alpha=0.18, linewidth=0)
    return mean[-1]


def _label(name: str, quantity: str, groups: Sequence[Runs], quantities: Sequence[str]) -> str:
    """As little as tells the lines apart; the axis says the rest."""
    short = QUANTITIES[quantity].split()[0]
    if len(groups) == 1:
        return short if len(quantities) > 1 else ""
    return f"{name}, {short}" if len(quantities) > 1 else name


def _dress(axis: "Axes", quantities: Sequence[str], log: bool) -> None:
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, StrMethodFormatter

    what = QUANTITIES[quantities[0]] if len(quantities) == 1 else "error"
    axis.set(xlabel="epoch", ylabel=what if "train_loss" in quantities else f"{what} (%)")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(axis="y")
    if log:
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.yaxis.set_minor_locator(NullLocator())
    else:
        axis.set_ylim(bottom=0)
    axis.margins(x=0.02)
    axis.autoscale_view()  # now, because the labels are put where the lines end


def subtitle(
    groups: Sequence[Runs], names: Mapping[str, str], drawn: str = "Mean and range of {} seeds."
) -> str:
    """What was `drawn` of how many seeds, and at what scale, where that is not the paper's."""
    counts = {runs.num_seeds for runs in groups}
    if counts == {1}:
        lines = ["One seed."]
    elif len(counts) == 1:
        lines = [drawn.format(counts.pop())]
    else:
        seeds = (f"{names[runs.experiment]} {runs.num_seeds}" for runs in groups)
        lines = [f"Mean and range over seeds: {', '.join(seeds)}."]
    notes = {names[runs.experiment]: runs.reduced_scale for runs in groups if runs.reduced_scale}
    if len(notes) == len(groups) and len(set(notes.values())) == 1:
        return "\n".join(lines + _wrapped(f"Reduced scale, {notes.popitem()[1]}"))
    return "\n".join(sum((_wrapped(f"{name}: {note}") for name, note in notes.items()), lines))


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, 95)
