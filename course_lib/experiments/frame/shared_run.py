"""A run of several processes: what the first of them finds and decides, all go by."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib.experiments.frame.steps import Run
from course_lib.training.processes import by_first, gathered, is_first, together


@dataclass(frozen=True)
class SharedRun(Run):
    """Under torchrun every process takes every step; the first alone keeps what is found.

    All must go through the same steps, or one would wait for ever for another. So whether a step
    is done, what it found, and whether the time is over is said by one for all.
    """

    def step(self, name: str, make: Callable[[Path], dict]) -> dict:
        is_done = by_first((self.folder / f"{name}.json").exists)
        found = None
        if is_first():
            found = super().step(name, make)
        elif not is_done:
            self.check_budget()
            make(self.folder / name)
        return gathered(found)[0]

    def check_budget(self) -> None:
        together(super().check_budget)
