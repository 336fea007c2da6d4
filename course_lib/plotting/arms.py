"""Experiments of several networks: their curves, and how they end, with the spread of the seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from course_lib.plotting.curves import subtitle
from course_lib.plotting.seed_series import by_experiment
from course_lib.plotting.style import ACCENT, MUTED, SERIES, SMALL, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from course_lib.training import Record

Arms = list[Mapping[str, Any]]


def by_arm(
    records: "Sequence[Record | Mapping[str, Any]]", only: Sequence[str] | None = None
) -> Arms:
    """Take the records of an experiment apart: each of its networks becomes a record of its own.

    `plot_curves(by_arm(records(...)))` draws one line for each network. `only` picks some by
    their names, in this order.
    """
    plain = [asdict(record) if is_dataclass(record) else record for record in records]
    names = list(plain[0]["measures"]["runs"]) if only is None and plain else list(only or ())
    found = []
    for name in names:
        for record in plain:
            runs = record["measures"].get("runs", {})
            if name not in runs:
                raise ValueError(f"{record['experiment']} has no run '{name}': {', '.join(runs)}.")
            own = {"experiment": name, "seed": record["seed"], "scale": record["scale"]}
            found.append(own | runs[name] | {"epochs": _rows(runs[name].get("epochs", []))})
    return found


def _rows(epochs: Sequence[Mapping] | Mapping[str, Sequence[float]]) -> list[Mapping]:
    """One object per epoch, also where a long run keeps a list per quantity."""
    if not isinstance(epochs, Mapping):
        return list(epochs)
    columns = zip(*epochs.values(), strict=True)
    rows = [dict(zip(epochs, values, strict=True)) for values in columns]
    return [{"epoch": number, **row} for number, row in enumerate(rows, start=1)]


def plot_arms(
    records: "Sequence[Record | Mapping[str, Any]]",
    quantity: str = "test_error",
    names: Mapping[str, str] | None = None,
    label: str = "test error (%)",
    factor: float = 100,
) -> "Figure":
    """Draw one row for each network: a dot for each seed, and a stroke for their mean.

    `quantity` is a number that each run has, multiplied by `factor` for the axis, whose text is
    `label`. The figure states the number of seeds, and at what scale they ran.
    """
    groups = by_experiment(by_arm(records))
    if not groups:
        raise ValueError("records is empty; there is nothing to draw.")
    names = {runs.experiment: runs.experiment for runs in groups} | dict(names or {})
    with house_style() as plt:
        figure, axis = plt.subplots(figsize=(7.2, 0.9 + 0.42 * len(groups)))
        for row, runs in enumerate(groups):
            values = [factor * record[quantity] for record in runs.records]
            axis.plot(values, [row] * len(values), "o", color=SERIES[0], alpha=0.65, markersize=6)
            mean = sum(values) / len(values)
            axis.plot([mean, mean], [row - 0.3, row + 0.3], color=ACCENT, linewidth=2)
        _dress(axis, [names[runs.experiment] for runs in groups], label)
        title = subtitle(groups, names, "A dot for each of {} seeds, a stroke for their mean.")
        axis.set_title(title, loc="left", fontsize=SMALL, color=MUTED, pad=8)
        return figure


def _dress(axis: "Axes", names: Sequence[str], label: str) -> None:
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.4, -0.6)  # the first row on top
    axis.tick_params(axis="y", length=0)
    axis.spines["left"].set_visible(False)
    axis.set_xlabel(label)
    axis.grid(axis="x")
