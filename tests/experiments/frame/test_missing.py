"""What lacks a record, and an hour put to use on it."""

import json
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from course_lib.experiments.frame import engine, missing
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.training import records


@dataclass(frozen=True)
class Counting(Experiment):
    """Counts to `steps`, of which the paper took 1,000."""

    name: ClassVar[str] = "counting"
    question: ClassVar[str] = "How far?"
    num_seeds: ClassVar[int] = 2

    steps: int = 1_000

    def laptop(self):
        return replace(self, steps=10)

    def scale(self):
        return Scale(self.steps / 1_000, f"{self.steps} of 1,000 steps.")

    def run(self, run):
        found = [
            run.step(f"count{k}", lambda folder, k=k: {"found": k, "seconds": 1}) for k in range(3)
        ]
        return Findings(measures={"found": [each["found"] for each in found]})


@dataclass(frozen=True)
class WithoutData(Counting):
    name: ClassVar[str] = "without_data"

    def run(self, run):
        raise FileNotFoundError("There is no data here.")


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """A registry of two experiments, and a place for their records and checkpoints."""
    known = {"without_data": WithoutData(), "counting": Counting()}
    monkeypatch.setattr(missing, "EXPERIMENTS", dict.fromkeys(known))
    monkeypatch.setattr(missing, "find_experiment", known.__getitem__)
    monkeypatch.setattr(engine, "_workplace", lambda: tmp_path)
    return tmp_path / "results"


def named(found):
    return [(each.experiment.name, each.experiment.steps, each.seed) for each in found]


def test_everything_is_missing_at_first_in_the_order_of_the_registry(counting):
    assert named(missing.missing("laptop", counting)) == [
        *(("without_data", 10, 0), ("without_data", 10, 1)),
        *(("counting", 10, 0), ("counting", 10, 1)),
    ]
    assert [each[1] for each in named(missing.missing("paper", counting))] == [1_000] * 4


def test_what_can_be_made_is_made_and_the_rest_is_said(counting, capsys):
    made = missing.make_missing("laptop", 60.0, "cpu", counting)
    assert [path.name for path in made] == ["seed0.json", "seed1.json"]
    assert "left out: There is no data here." in capsys.readouterr().out
    assert [(each.scale["kind"], each.seconds) for each in records("counting", counting)] == [
        ("fraction", 3),
        ("fraction", 3),
    ]
    assert named(missing.missing("laptop", counting)) == [
        ("without_data", 10, 0),
        ("without_data", 10, 1),
    ]


def test_a_fraction_is_missing_at_the_papers_scale_and_not_the_other_way_round(counting):
    engine.run_experiment(Counting(), 0, results=counting)
    engine.run_experiment(Counting().laptop(), 1, results=counting)
    assert named(missing.missing("laptop", counting))[2:] == []
    assert named(missing.missing("paper", counting))[2:] == [("counting", 1_000, 1)]
    assert str(missing.missing("paper", counting)[2]) == (
        "counting, seed 1: its record is of other settings (fraction)"
    )


def test_a_record_of_settings_that_are_no_longer_those_of_the_file_is_missing(counting):
    path = engine.run_experiment(Counting(steps=11), 0, results=counting)
    assert json.loads(path.read_text())["config"] == {"steps": 11}
    assert ("counting", 10, 0) in named(missing.missing("laptop", counting))


def test_when_the_time_is_over_what_is_done_is_kept(counting, monkeypatch, capsys):
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    monkeypatch.setattr(missing, "EXPERIMENTS", ["counting"])
    assert missing.make_missing("laptop", 1.5, "cpu", counting) == []
    assert "The 1.5 seconds are over" in capsys.readouterr().out
    kept = [path.name for path in (counting.parent / ".checkpoints").rglob("*.json")]
    assert kept == ["count0.json"]
    monkeypatch.undo()
    monkeypatch.setattr(engine, "_workplace", lambda: counting.parent)
    engine.run_experiment(Counting().laptop(), 0, results=counting)
    assert f"going on from {counting.parent}" in capsys.readouterr().out
