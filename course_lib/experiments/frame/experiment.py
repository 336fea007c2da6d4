"""What every experiment is: one question, its settings, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor

from course_lib.experiments.frame.steps import Run
from course_lib.training import Epoch

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
    """An experiment with the settings of one run, and how these were chosen."""

    experiment: Experiment
    is_quick: bool = False
    scale: dict = field(init=False)

    def __post_init__(self):
        scale = self.experiment.scale()
        if scale.of_paper is None:
            full = self.experiment == type(self.experiment)()
        else:
            full = scale.of_paper > FULL
        kind = "quick" if self.is_quick else "paper" if full else "fraction"
        object.__setattr__(
            self, "scale", {"kind": kind, "of_paper": scale.of_paper, "note": scale.note}
        )
