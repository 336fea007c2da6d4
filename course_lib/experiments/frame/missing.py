"""Which records are still to be made: for want of one, or because there is only a smaller one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_lib.experiments.frame.experiment import Experiment, as_recorded
from course_lib.experiments.frame.waiting import bring_in, readable, waiting_folder, would_mix
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.provenance import results_folder
from course_lib.training import record


@dataclass(frozen=True)
class Missing:
    """One record to be made: with which settings, and why; `has_record` of other settings."""

    experiment: Experiment
    seed: int
    why: str
    has_record: bool = False

    def __str__(self) -> str:
        return f"{self.experiment.name}, seed {self.seed}: {self.why}"


def at_scale(experiment: Experiment, scale: str) -> Experiment:
    """The experiment as it is run at the scale "paper" or "laptop"."""
    return experiment.laptop() if scale == "laptop" else experiment


def missing(scale: str, results: Path | None = None, name: str | None = None) -> list[Missing]:
    """What is to be done for every seed to have a record of this scale, or of a larger one.

    Of one experiment where a name is given. First what has no record at all, then what has one of
    other settings; each in the order of the registry, the most worth knowing first; all seeds of
    an experiment before the next, since one seed alone says little. What waits for the other seeds
    (`waiting.py`) is not missing.
    """
    results = results or results_folder()
    found = [each for wanted in _wanted(scale, name) for each in _missing_of(wanted, results)]
    return sorted(found, key=lambda each: each.has_record)


def look(wanted: Experiment, seed: int, results: Path) -> Missing | None:
    """What one seed lacks; None where nothing."""
    if readable(wanted.name, seed, waiting_folder(wanted, results)):
        return None
    try:
        found = record(wanted.name, seed, results)
    except FileNotFoundError:
        return Missing(wanted, seed, "no record yet")
    except ValueError as error:
        return Missing(wanted, seed, f"its record cannot be read: {error}")
    if _is_enough(found.config, wanted):
        return None
    why = f"its record is of other settings ({found.scale['kind']})"
    return Missing(wanted, seed, why, has_record=True)


def bring_in_complete(scale: str, results: Path, name: str | None = None) -> None:
    """Put into the results what waits for no other seed any more."""
    for wanted in _wanted(scale, name):
        waits = waiting_folder(wanted, results).exists()
        if waits and not _missing_of(wanted, results) and not would_mix(wanted, results):
            bring_in(wanted, results)


def _wanted(scale: str, name: str | None) -> Iterator[Experiment]:
    for each in [name] if name else EXPERIMENTS:
        yield at_scale(find_experiment(each), scale)


def _missing_of(wanted: Experiment, results: Path) -> list[Missing]:
    found = (look(wanted, seed, results) for seed in range(wanted.num_seeds))
    return [each for each in found if each]


def _is_enough(config: dict, wanted: Experiment) -> bool:
    """Whether it is of the settings that are wanted, or of the full ones, however small these."""
    return config in [as_recorded(wanted), as_recorded(type(wanted)())]
