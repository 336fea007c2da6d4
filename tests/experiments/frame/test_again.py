"""The line that makes a record again. Oracle: `course train` itself, which is given the line."""

import shlex
from dataclasses import replace

import pytest

from course_lib.cli import main
from course_lib.experiments import command
from course_lib.experiments.frame.again import command_again
from course_lib.experiments.frame.experiment import Settled, as_recorded
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.provenance import results_folder
from course_lib.training import record

RECORDS = [
    (path.parent.name, int(path.stem.removeprefix("seed")))
    for path in sorted(results_folder().glob("*/seed*.json"))
    if path.parent.name in EXPERIMENTS
]


@pytest.fixture
def asked_for(monkeypatch):
    """What a line would run: its settings, seed, threads and whether it is quick."""

    def read(line):
        found = {"threads": None}
        monkeypatch.setattr(
            command,
            "run_experiment",
            lambda experiment, seed, quick, *rest, **options: found.update(
                experiment=experiment, seed=seed, quick=quick
            ),
        )
        monkeypatch.setattr(command.torch, "set_num_threads", lambda num: found.update(threads=num))
        words = shlex.split(line)
        assert words[0] == "course"
        assert main([*words[1:], "--device", "cpu"]) == 0
        return found

    return read


@pytest.mark.parametrize(("name", "seed"), RECORDS)
def test_the_line_asks_for_the_settings_of_the_record(name, seed, asked_for):
    recorded = record(name, seed)
    found = asked_for(command_again(recorded))
    assert as_recorded(found["experiment"]) == recorded.config
    assert (found["seed"], found["quick"]) == (seed, False)
    assert f"(threads: {found['threads']})" in recorded.device or "cpu" not in recorded.device


def test_settings_that_were_changed_are_in_the_line(asked_for):
    changed = {"width": 17, "rates": (0.3, 1e-05), "data": "mnist_5k"}
    experiment = replace(find_experiment("relu_or_tanh").laptop(), **changed)
    made = replace(
        record("relu_or_tanh", 1),
        config=as_recorded(experiment),
        scale=Settled(experiment).scale,
        device="NVIDIA T4 (CPU threads: 2)",
    )
    line = command_again(made)
    assert line.startswith("course train relu_or_tanh --scale laptop --seed 1 --set ")
    assert "threads" not in line
    assert asked_for(line)["experiment"] == experiment


def test_a_quick_record_is_made_again_by_quick(asked_for):
    made = replace(record("centering", 2), scale={"kind": "quick", "of_paper": None, "note": "-"})
    found = asked_for(command_again(made))
    assert (found["quick"], found["seed"], found["experiment"].name) == (True, 2, "centering")


def test_settings_that_are_gone_are_named():
    old = record("centering", 0)
    with pytest.raises(ValueError, match=r"centering, seed 0.*\(warmth\).*course train centering"):
        command_again(replace(old, config={**old.config, "warmth": 3}))
