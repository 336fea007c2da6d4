"""What the runs of one experiment have in common: a mean and a range over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from course_lib.training import Record


@dataclass(frozen=True)
class SeedSeries:
    """One quantity of one experiment over the epochs that every seed has measured."""

    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    smallest: tuple[float, ...]
    largest: tuple[float, ...]


@dataclass(frozen=True)
class Runs:
    """All records of one experiment."""

    experiment: str
    records: tuple[Mapping[str, Any], ...]

    @property
    def num_seeds(self) -> int:
        return len(self.records)

    @property
    def reduced_scale(self) -> str | None:
        """How these runs fall short of the paper's, or None where they do not."""
        scales = [record["scale"] for record in self.records]
        reduced = next((scale for scale in scales if scale["kind"] != "paper"), None)
        if reduced is None:
            return None
        share, note = reduced["of_paper"], reduced["note"]
        if reduced["kind"] == "quick":
            work = "a quick run"
        elif share is None:
            work = "short of the full run"
        else:
            work = f"{100 * share:.2g} % of the paper's training"
        return f"{work}: {note}" if note else work

    def series(self, quantity: str) -> SeedSeries:
        """Mean, smallest and largest over the seeds; epochs that a seed lacks are left out."""
        curves = [self._curve(record, quantity) for record in self.records]
        epochs = sorted(set.intersection(*map(set, curves)))
        if not epochs:
            raise ValueError(f"{self.experiment} has no epoch with {quantity} in every record.")
        columns = [[curve[epoch] for curve in curves] for epoch in epochs]
        return SeedSeries(
            epochs=tuple(epochs),
            mean=tuple(sum(column) / len(column) for column in columns),
            smallest=tuple(map(min, columns)),
            largest=tuple(map(max, columns)),
        )

    def _curve(self, record: Mapping[str, Any], quantity: str) -> dict[int, float]:
        return {
            epoch["epoch"]: epoch[quantity]
            for epoch in record["epochs"]
            if epoch[quantity] is not None
        }


def by_experiment(records: "Sequence[Record | Mapping[str, Any]]") -> list[Runs]:
    """Group records, or the JSON objects of their files, by experiment in their order."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        plain = asdict(record) if is_dataclass(record) else record
        found.setdefault(plain["experiment"], []).append(plain)
    for experiment, group in found.items():
        seeds = [record["seed"] for record in group]
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"records holds a seed of {experiment} twice: {sorted(seeds)}.")
    return [Runs(experiment, tuple(group)) for experiment, group in found.items()]
