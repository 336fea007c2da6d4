"""The command that makes a record again, told from the record alone."""

import re
import shlex

from course_lib.experiments.frame.experiment import as_recorded
from course_lib.experiments.frame.missing import at_scale
from course_lib.experiments.registry import find_experiment
from course_lib.training import Record


def command_again(record: Record) -> str:
    """The `course train` line of a record: its scale, the settings that were changed, its seed.

    The number of CPU threads belongs to it: with another number sums are rounded in another order.
    So they are on another kind of processor, which no command can ask for.

    Raises ValueError where the record has settings that the experiment no longer knows.
    """
    if record.scale["kind"] == "quick":
        return f"course train {record.experiment} --quick --seed {record.seed}"
    options, changes = min(_ways(record), key=lambda way: len(way[1]))
    words = [record.experiment, *options, "--seed", str(record.seed)]
    for name, value in changes.items():
        words += ["--set", f"{name}={_as_typed(value)}"]
    threads = re.fullmatch(r"cpu \(threads: (\d+)\)", record.device)
    if threads:
        words += ["--threads", threads[1]]
    return shlex.join(["course", "train", *words])


def _as_typed(value: object) -> object:
    """A list of a record is a tuple of the settings."""
    return tuple(map(_as_typed, value)) if isinstance(value, list) else value


def _ways(record: Record) -> list[tuple[list[str], dict]]:
    """For each scale, the options that ask for it and the settings that differ from it."""
    full = find_experiment(record.experiment)
    known = as_recorded(full)
    if set(known) != set(record.config):
        strange = ", ".join(sorted(set(known) ^ set(record.config)))
        raise ValueError(
            f"The record of {record.experiment}, seed {record.seed}, was made with other settings "
            f"than the experiment has now ({strange}). Make it again, from the question: "
            f"`course train {record.experiment} --seed {record.seed}`."
        )
    ways = []
    for scale, options in (("paper", []), ("laptop", ["--scale", "laptop"])):
        settings = as_recorded(at_scale(full, scale))
        differ = {name: value for name, value in record.config.items() if value != settings[name]}
        ways.append((options, differ))
    return ways
