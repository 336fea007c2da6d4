"""Which records are still to be made, and an hour put to use on them."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Experiment, Settled
from course_lib.experiments.frame.steps import BudgetSpentError
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.provenance import results_folder
from course_lib.training import record, say

# Data or a package that is not here, a download that failed, a network that diverged.
FAILURES = (OSError, ImportError, RuntimeError, ValueError)


@dataclass(frozen=True)
class Missing:
    """One record to be made: with which settings, and why."""

    experiment: Experiment
    seed: int
    why: str

    def __str__(self) -> str:
        return f"{self.experiment.name}, seed {self.seed}: {self.why}"


def at_scale(experiment: Experiment, scale: str) -> Experiment:
    """The experiment as it is run at the scale "paper" or "laptop"."""
    return experiment.laptop() if scale == "laptop" else experiment


def missing(scale: str, results: Path | None = None) -> list[Missing]:
    """What is to be done for every seed to have a record of this scale, or of a larger one.

    In the order of the registry, the most worth knowing first; all seeds of an experiment
    before the next, since one seed alone says little.
    """
    found = []
    for name in EXPERIMENTS:
        experiment = find_experiment(name)
        wanted = at_scale(experiment, scale)
        for seed in range(experiment.num_seeds):
            why = _why_missing(experiment, wanted, seed, results or results_folder())
            if why:
                found.append(Missing(wanted, seed, why))
    return found


def make_missing(scale: str, budget: float, device: str, results: Path | None = None) -> list[Path]:
    """Make what is missing for `budget` seconds; what was cut short is saved and goes on later.

    One that fails says so and does not keep the others from being made.
    """
    deadline = time.monotonic() + budget
    made = []
    for each in missing(scale, results):
        say(f"== {each}")
        try:
            made.append(
                run_experiment(
                    each.experiment, each.seed, device=device, results=results, deadline=deadline
                )
            )
        except BudgetSpentError:
            say(f"The {budget:g} seconds are over; the same line goes on from here.")
            break
        except FAILURES as error:
            say(f"left out: {error}")
    return made


def _why_missing(
    experiment: Experiment, wanted: Experiment, seed: int, results: Path
) -> str | None:
    if not (results / experiment.name / f"seed{seed}.json").exists():
        return "no record yet"
    found = record(experiment.name, seed, results)
    settings = [_as_recorded(each) for each in _enough(experiment, wanted)]
    if found.config in settings:
        return None
    return f"its record is of other settings ({found.scale['kind']})"


def _enough(experiment: Experiment, wanted: Experiment) -> Iterator[Experiment]:
    """Settings whose record will do: those that are wanted, and the paper's."""
    yield wanted
    if Settled(experiment).scale["kind"] == "paper":
        yield experiment


def _as_recorded(experiment: Experiment) -> dict:
    return json.loads(json.dumps(asdict(experiment)))
