"""Two experiments of no work at all, in place of those of the registry."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch

from course_lib.experiments.frame import engine, missing
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale


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
        weights = {"steps": torch.tensor([self.steps, run.seed])}
        return Findings(measures={"found": [each["found"] for each in found]}, weights=weights)


@dataclass(frozen=True)
class WithoutData(Counting):
    name: ClassVar[str] = "without_data"
    error: ClassVar[BaseException] = FileNotFoundError("There is no data here.")

    def run(self, run):
        raise self.error


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """A registry of two experiments, and a place for their records and checkpoints."""
    known = {"without_data": WithoutData(), "counting": Counting()}
    monkeypatch.setattr(missing, "EXPERIMENTS", dict.fromkeys(known))
    monkeypatch.setattr(missing, "find_experiment", known.__getitem__)
    monkeypatch.setattr(engine, "_workplace", lambda: tmp_path)
    return tmp_path / "results"


@pytest.fixture
def kinds():
    """The two experiments themselves."""
    return Counting, WithoutData
