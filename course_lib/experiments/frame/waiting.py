"""Records that wait beside the checkpoints until every seed has one of the same settings.

Pages take means over the seeds. Were the records of smaller runs replaced one by one, a mean would
be of two scales while that goes on, which may be for days.
"""

import json
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from course_lib.experiments.frame.engine import checkpoints_folder
from course_lib.experiments.frame.experiment import Experiment, as_recorded
from course_lib.provenance import digest, repository
from course_lib.training import Record, record, say
from course_lib.training.whole_files import write_whole


def waiting_folder(experiment: Experiment, results: Path) -> Path:
    """Where records of these settings wait for these results; laid out like them.

    For results inside the repository it is the same wherever the repository lies.
    """
    place, root = results.resolve(), repository()
    if root and place.is_relative_to(root):
        place = place.relative_to(root)
    identity = digest(str(place), json.dumps(asdict(experiment)))[:12]
    return checkpoints_folder() / experiment.name / f"records-{identity}"


def readable(name: str, seed: int, results: Path) -> Record | None:
    """The record; None where there is none, or a damaged one."""
    try:
        return record(name, seed, results)
    except (FileNotFoundError, ValueError):
        return None


def must_wait(experiment: Experiment, results: Path) -> bool:
    """Whether a seed has a record of other settings."""
    found = (readable(experiment.name, seed, results) for seed in range(experiment.num_seeds))
    return any(each is not None and each.config != as_recorded(experiment) for each in found)


def would_mix(experiment: Experiment, results: Path) -> bool:
    """Whether a seed has a record of the full settings, and these are smaller ones."""
    full = as_recorded(type(experiment)())
    found = (readable(experiment.name, seed, results) for seed in range(experiment.num_seeds))
    return as_recorded(experiment) != full and any(each and each.config == full for each in found)


def bring_in(experiment: Experiment, results: Path) -> None:
    """Put what waits into the results, and take away the folder it waited in."""
    place = waiting_folder(experiment, results)
    for seed in range(experiment.num_seeds):
        # The weights first, as when a record is written.
        for ending in ("safetensors", "json"):
            file = Path(experiment.name) / f"seed{seed}.{ending}"
            with suppress(FileNotFoundError):  # it never waited, or another process brought it in
                write_whole(results / file, (place / file).read_bytes())
    shutil.rmtree(place, ignore_errors=True)
    say(f"Every seed of {experiment.name} has its record: they are in {results} now.")
