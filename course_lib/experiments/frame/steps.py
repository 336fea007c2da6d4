"""The steps of a run: what is done is kept, and a run that was cut short goes on after it."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.training import Epoch, say
from course_lib.training.processes import by_first, together
from course_lib.training.whole_files import write_whole


class BudgetSpentError(RuntimeError):
    """The time is over; what is done is saved, and the same command goes on."""


class RefusedError(ValueError):
    """A run that is not begun, in none of its processes."""


class BusyError(RefusedError):
    """A run that another process is at."""


@dataclass(frozen=True)
class Run:
    """One seed of one experiment: where it computes, and where it keeps what is done.

    `deadline` is a moment of `time.monotonic`; after it no further epoch and no step begins.
    `logs` is a folder for a file of JSON lines per network that is trained.
    """

    seed: int
    device: str
    folder: Path
    deadline: float = float("inf")
    logs: Path | None = None

    def step(self, name: str, make: Callable[[Path], dict]) -> dict:
        """What `make(folder)` finds, as JSON; computed once, however often the run is cut short.

        `folder` is the step's own, for checkpoints. Where the findings have no "seconds", they
        get those that the step took. Under torchrun every process takes every step, or one would
        wait for ever for another; what the first of them found is kept, and is the answer for all.
        """
        path = self.folder / f"{name}.json"
        if not by_first(path.exists):
            self.check_budget()
            started = time.perf_counter()
            found = make(self.folder / name)
            found = {"seconds": round(time.perf_counter() - started, 1)} | found
            by_first(lambda: write_whole(path, json.dumps(found, allow_nan=False).encode()))
        return by_first(lambda: json.loads(path.read_bytes()))

    @property
    def seconds(self) -> float:
        """The seconds of all steps that are done."""
        found = (json.loads(path.read_bytes()) for path in self.folder.glob("*.json"))
        return round(math.fsum(step["seconds"] for step in found), 1)

    def check_budget(self) -> None:
        """Raise BudgetSpentError after the deadline; where one process is late, in all of them."""
        together(self._stop_after_deadline)

    def after_epoch(self, epochs: int, label: str = "") -> Callable[[Epoch], None]:
        """For `fit`: say how an epoch went, then stop if the time is over."""

        def report(epoch: Epoch) -> None:
            say(_line(epoch, epochs, label))
            if epoch.epoch < epochs:
                self.check_budget()

        return report

    def _stop_after_deadline(self) -> None:
        if time.monotonic() > self.deadline:
            raise BudgetSpentError("The time is over.")


def _line(epoch: Epoch, epochs: int, label: str) -> str:
    line = (
        f"epoch {epoch.epoch:>{len(str(epochs))}} of {epochs}: loss {epoch.train_loss:.4f}, "
        f"error {epoch.train_error:.2%}"
    )
    if epoch.validation_error is not None:
        line += f", on validation {epoch.validation_error:.2%}"
    return f"{label}: {line}" if label else line
