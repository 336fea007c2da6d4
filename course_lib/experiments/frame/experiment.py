"""What every experiment is: one question, its settings, and what comes out."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import ClassVar

from torch import Tensor

from course_lib.experiments.frame.steps import Run
from course_lib.training import Epoch

KINDS = ("quick", "fraction", "paper")  # of a run, the smallest first
FULL = 0.9  # of the paper's work: what is kept for validation does not make a run a fraction


@dataclass(frozen=True)
class Scale:
    """How much work a run is: as a share of the paper's (None without a paper), and in words."""

    of_paper: float | None
    note: str


@dataclass(frozen=True)
class Findings:
    """The answer for one seed.

    `epochs` and `test_error` are of the one network that was trained; where there were several
    they are left out, and `measures` tells of each. `measures` is JSON.
    """

    measures: Mapping
    epochs: tuple[Epoch, ...] = ()
    test_error: float | None = None
    weights: Mapping[str, Tensor] | None = None


@dataclass(frozen=True)
class Experiment:
    """One question. The fields are its settings, and their defaults are those of the paper.

    A subclass is a frozen dataclass in a file of its own, and `registry.py` names it.
    """

    name: ClassVar[str]
    question: ClassVar[str]
    num_seeds: ClassVar[int] = 3
    # Whether several processes share its work: what is trained by `fit` is shared out.
    shares_work: ClassVar[bool] = True

    def laptop(self) -> "Experiment":
        """The same question at a scale that two CPU cores answer in minutes."""
        return self

    def quick(self) -> "Experiment":
        """The same in seconds, on embedded data: it shows that everything runs, and no more."""
        raise NotImplementedError

    def scale(self) -> Scale:
        """What these settings are beside the paper's."""
        raise NotImplementedError

    def run(self, run: Run) -> Findings:
        """Answer the question for `run.seed`, in steps that a killed run need not repeat."""
        raise NotImplementedError


@dataclass(frozen=True)
class Settled:
    """An experiment with the settings of one run, and how these were chosen.

    A run is of the paper's scale where all settings are those of the file. The note of a run that
    is as much work with other settings ends with these; that of a smaller one says what is smaller.
    """

    experiment: Experiment
    is_quick: bool = False
    scale: dict = field(init=False)

    def __post_init__(self):
        scale, full = self.experiment.scale(), type(self.experiment)()
        is_whole = scale == full.scale() if scale.of_paper is None else scale.of_paper > FULL
        changed = _differences(self.experiment, full)
        kind = "quick" if self.is_quick else "fraction" if changed or not is_whole else "paper"
        note = scale.note
        if kind == "fraction" and is_whole:
            note += " Changed: " + ", ".join(f"{name}={value!r}" for name, value in changed.items())
        object.__setattr__(self, "scale", {"kind": kind, "of_paper": scale.of_paper, "note": note})


def is_smaller(scale: dict, other: dict) -> bool:
    """Whether a recorded scale is less work than another, as far as both tell."""
    if scale["kind"] == other["kind"] == "fraction":
        return not cannot_tell(scale, other) and scale["of_paper"] < other["of_paper"]
    return KINDS.index(scale["kind"]) < KINDS.index(other["kind"])


def cannot_tell(scale: dict, other: dict) -> bool:
    """Whether both are fractions, and one does not say of how much."""
    fractions = scale["kind"] == other["kind"] == "fraction"
    return fractions and None in (scale["of_paper"], other["of_paper"])


def as_recorded(experiment: Experiment) -> dict:
    """The settings as a record has them: JSON knows no tuples."""
    return json.loads(json.dumps(asdict(experiment)))


def _differences(experiment: Experiment, other: Experiment) -> dict:
    values = {each.name: getattr(experiment, each.name) for each in fields(experiment)}
    return {name: value for name, value in values.items() if value != getattr(other, name)}
