"""What batch normalization does to the learning rates that a network bears, and at which sizes.

Paper: Ioffe & Szegedy, "Batch normalization", 2015, arXiv:1502.03167, section 4.2: Inception with
batch normalization bears 5 and 30 times the rate that it has without, and with 5 times the rate
gets as far in 14 times fewer steps. These are not of normalization and rate alone: the networks
with the higher rates also have no dropout and no response normalization, a weaker weight decay, a
rate that falls faster, better shuffled pictures and milder distortions (section 4.2.1). The one
that differs in normalization alone, BN-Baseline, needs 13.3 of 31 million steps (figure 3).
Differs from the paper: the network is a small one for CIFAR-10 and not Inception on ImageNet, so no
share of the paper's work is counted. With and without normalization it starts from the same
weights, He's; the biases stay where normalization makes them needless. A rate is called stable
where a short training does not diverge and ends with a validation error of less than 0.85; a guess
among ten classes has 0.9. The best rate is that with the smallest validation error after this
short training. Steps are counted in whole epochs, with the validation error measured after each;
all batch sizes get the same number of epochs, so a small one gets more steps. The mean and variance
that a network is measured with are those of the paper's algorithm 2, averages over batches that the
finished network normalizes; they are taken before each measurement, and training has no part in
them. (The usual running averages lag behind the weights where an epoch has few steps.)
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from course_lib.architectures.he_weights import draw_he_weights
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.pictures import Pictures, load_pictures
from course_lib.experiments.pieces.population_statistics import WithPopulationStatistics
from course_lib.experiments.pieces.rate_search import search_rates, train_or_diverge
from course_lib.optimizers import SGD

NUM_CLASSES = 10
STABLE = 0.85  # the validation error; a network whose units all died has 0.9


@dataclass(frozen=True)
class BatchNormRates(Experiment):
    """`goal` is the validation error that the steps are counted to; see `steps_to_goal`."""

    name: ClassVar[str] = "batch_norm_rates"
    question: ClassVar[str] = "Which learning rates does batch normalization allow, and what for?"
    shares_work: ClassVar[bool] = False  # a process would normalize its own share of a batch

    data: str = "cifar10"
    num_train: int = 10_000
    num_validation: int = 5_000
    width: int = 32
    batch_sizes: tuple[int, ...] = (2, 8, 32, 128)
    rates: tuple[float, ...] = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    momentum: float = 0.9
    search_epochs: int = 2
    epochs: int = 10
    goal: float = 0.45

    def laptop(self) -> "BatchNormRates":
        return replace(self, num_train=2_000, num_validation=1_000, width=8, goal=0.65)

    def quick(self) -> "BatchNormRates":
        return replace(
            self,
            data="mnist_5k",
            num_train=500,
            num_validation=200,
            width=4,
            batch_sizes=(8, 50),
            rates=(0.01, 3.0),
            search_epochs=1,
            epochs=2,
            goal=0.8,
        )

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{len(self.rates)} rates, {self.search_epochs} passes each, then {self.epochs} passes "
            f"at the best, through {self.num_train:,} pictures of {self.data}; a network of 7 "
            f"layers, {self.width} to {4 * self.width} wide.",
        )

    def run(self, run: Run) -> Findings:
        pictures = load_pictures(self.data, run.device, self.num_validation, self.num_train)
        searches, runs = {}, {}
        for size in self.batch_sizes:
            for norm in (False, True):
                arm = f"{'norm' if norm else 'plain'}_{size}"
                train = partial(self._train, run, pictures, size, norm)
                briefly = partial(train, epochs=self.search_epochs, test=False)
                searches[arm] = search_rates(run, arm, self.rates, briefly)
                fully = partial(train, epochs=self.epochs, test=True)
                runs[arm] = train_or_diverge(run, arm, searches[arm]["best"], fully)
        return Findings({"runs": runs, "searches": searches, "answer": self.answer(searches, runs)})

    def _train(
        self,
        run: Run,
        pictures: Pictures,
        batch_size: int,
        norm: bool,
        name: str,
        rate: float,
        *,
        epochs: int,
        test: bool,
    ) -> dict:
        def build() -> nn.Module:
            network = SmallNetwork(self.width, norm)
            return WithPopulationStatistics(network, pictures, batch_size) if norm else network

        return train_classifier(
            run,
            name,
            build,
            pictures,
            lambda model: (SGD(model.parameters(), rate, self.momentum), None),
            epochs=epochs,
            batch_size=batch_size,
            test=test,
        )

    def answer(self, searches: dict[str, dict], runs: dict[str, dict]) -> dict[str, dict]:
        """For each arm the largest stable rate, the best, and the steps to the goal at the best.

        None stands for a rate or a step that there is not.
        """
        found = {}
        for arm, search in searches.items():
            steps_per_epoch = -(-self.num_train // int(arm.partition("_")[2]))
            errors = [epoch["validation_error"] for epoch in runs[arm]["epochs"]]
            found[arm] = {
                "largest_stable_rate": largest_stable_rate(
                    search["rates"], search["validation_error"]
                ),
                "best_rate": search["best"],
                "steps_per_epoch": steps_per_epoch,
                "steps_to_goal": steps_to_goal(self.goal, errors, steps_per_epoch),
                "test_error": runs[arm]["test_error"],
            }
        return found


def largest_stable_rate(rates: list[float], errors: list[float | None]) -> float | None:
    """The largest rate whose validation error is less than 0.85; None where there is none."""
    stable = [
        rate
        for rate, error in zip(rates, errors, strict=True)
        if error is not None and error < STABLE
    ]
    return max(stable, default=None)


def steps_to_goal(goal: float, errors: Sequence[float], steps_per_epoch: int) -> int | None:
    """The steps to the first of two epochs in a row that end with at most this error.

    One epoch alone may be a dip of a noisy curve, so it does not count; nor does the last one,
    which has no other after it. None: there are no two.
    """
    for number, pair in enumerate(pairwise(errors), start=1):
        if max(pair) <= goal:
            return number * steps_per_epoch
    return None


class SmallNetwork(nn.Module):
    """Six 3x3 convolutions and a layer to the classes; `norm` stands between sum and ReLU.

    A normalization draws no random numbers, so the same seed gives the same first weights with
    and without it.
    """

    def __init__(self, width: int, norm: bool):
        super().__init__()
        widths = (3, width, width, 2 * width, 2 * width, 4 * width, 4 * width)
        self.convolutions = nn.Sequential(
            *(
                _convolution(before, after, 1 + number % 2, norm)
                for number, (before, after) in enumerate(pairwise(widths), start=1)
            )
        )
        self.classifier = nn.Linear(4 * width, NUM_CLASSES)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        x = self.convolutions(images)  # n  4 width  4  4
        return self.classifier(x.mean(dim=(2, 3)))


def _convolution(before: int, after: int, stride: int, norm: bool) -> nn.Sequential:
    parts = OrderedDict(convolution=nn.Conv2d(before, after, 3, stride, padding=1))
    if norm:
        parts["norm"] = nn.BatchNorm2d(after)
    parts["relu"] = nn.ReLU()
    return nn.Sequential(parts)
