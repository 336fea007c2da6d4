"""Eight optimizers beside one another, on surfaces that one can draw and on a small network.

Paper: none has this race. The optimizers are those of michigan_2025 (SGD, momentum, AdaGrad,
RMSProp, Adam), with Nesterov's momentum, Adadelta (Zeiler 2012, arXiv:1212.5701) and AdamW
(Loshchilov & Hutter 2017, arXiv:1711.05101). The network race is that of Kingma & Ba 2014
(arXiv:1412.6980), section 6, in small.
Differs from the paper: everything but the optimizers is our own. Each has the defaults of torch
but for the rate, and momentum 0.9 where it has one. Each chooses its rate from the same grid: on a
surface the one with the fewest steps to the goal, for the network the one with the smallest
validation error after a short training. The rate stays as it is throughout. On a surface, who is
at the goal and stays there for 50 more steps has arrived. AdamW is not among them: without its
weight decay it is Adam, and with it the weights shrink to (0, 0), the goal on some surfaces.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from torch import nn
from torch.optim import Optimizer

from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.pictures import Pictures, load_pictures
from course_lib.experiments.pieces.rate_search import search_rates, steps_to, train_or_diverge
from course_lib.experiments.pieces.surfaces import SURFACES, Walk, walk
from course_lib.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "nesterov": partial(SGD, momentum=0.9, nesterov=True),
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "adadelta": Adadelta,
    "adam": Adam,
    "adamw": AdamW,
}
ON_SURFACES = {name: make for name, make in OPTIMIZERS.items() if name != "adamw"}
# 1, 2 and 5 of each power of ten; Adadelta begins with such small steps that it likes 100.
SURFACE_RATES = tuple(float(f"{digit}e{power}") for power in range(-4, 3) for digit in (1, 2, 5))
LAPTOP_RATES = tuple(float(f"{digit}e{power}") for power in range(-4, 3) for digit in (1, 3))
PATH_POINTS = 40


@dataclass(frozen=True)
class OptimizersRace(Experiment):
    """`surface_goal` is a height above the least of the surface, `goal` a training loss."""

    name: ClassVar[str] = "optimizers_race"
    question: ClassVar[str] = "Which optimizer needs the fewest steps, each at its own best rate?"

    surface_rates: tuple[float, ...] = SURFACE_RATES
    surface_goal: float = 1e-3
    surface_steps: int = 2_000

    data: str = "mnist"
    num_train: int = 55_000
    num_validation: int = 5_000
    rates: tuple[float, ...] = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    search_epochs: int = 2
    epochs: int = 10
    batch_size: int = 64
    goal: float = 0.1

    def laptop(self) -> "OptimizersRace":
        return replace(self, surface_rates=LAPTOP_RATES, surface_steps=1_000, num_train=5_000)

    def quick(self) -> "OptimizersRace":
        return replace(
            self,
            surface_rates=(0.01, 0.1, 1.0),
            surface_steps=50,
            data="mnist_5k",
            num_train=500,
            num_validation=500,
            rates=(1e-3, 0.1),
            search_epochs=1,
            epochs=2,
            goal=1.0,
        )

    def scale(self) -> Scale:
        return Scale(
            None,
            f"Surfaces: {len(self.surface_rates)} rates, at most {self.surface_steps:,} steps. "
            f"Network: {len(self.rates)} rates, {self.search_epochs} passes each, then "
            f"{self.epochs} passes at the best, through {self.num_train:,} digits of {self.data}.",
        )

    def run(self, run: Run) -> Findings:
        surfaces = {
            name: run.step(name, lambda _, name=name: self.race_on(name)) for name in SURFACES
        }
        for found in surfaces.values():
            del found["seconds"]  # another run of the same seed gives the same record
        pictures = load_pictures(self.data, run.device, self.num_validation, self.num_train)
        searches, runs = {}, {}
        for name in OPTIMIZERS:
            train = partial(self._train, run, pictures, OPTIMIZERS[name])
            searches[name] = search_rates(
                run, name, self.rates, partial(train, epochs=self.search_epochs, test=False)
            )
            runs[name] = train_or_diverge(
                run,
                name,
                searches[name]["best"],
                partial(train, epochs=self.epochs, test=True),
            )
        return Findings(
            {"surfaces": surfaces, "searches": searches, "runs": runs} | self.answer(runs)
        )

    def race_on(self, name: str) -> dict[str, dict]:
        """For each optimizer its best rate on a surface, the steps to the goal, and its path.

        Where no rate gets there, the rate is the one that ends lowest, and the steps are None.
        """
        surface, found = SURFACES[name], {}
        for optimizer, make in ON_SURFACES.items():
            walks = {
                rate: walk(surface, partial(make, lr=rate), self.surface_goal, self.surface_steps)
                for rate in self.surface_rates
            }
            rate = min(walks, key=lambda rate: walks[rate].rank)
            found[optimizer] = {
                "rate": rate,
                "steps": walks[rate].steps_to_goal,
                "rates_that_arrive": [
                    each for each in walks if walks[each].steps_to_goal is not None
                ],
                "path": thinned(walks[rate]),
            }
        return found

    def _train(
        self,
        run: Run,
        pictures: Pictures,
        make: Callable[..., Optimizer],
        name: str,
        rate: float,
        epochs: int,
        test: bool,
    ) -> dict:
        return train_classifier(
            run,
            name,
            small_network,
            pictures,
            lambda model: (make(model.parameters(), lr=rate), None),
            epochs=epochs,
            batch_size=self.batch_size,
            test=test,
        )

    def answer(self, runs: dict[str, dict]) -> dict:
        """The steps after which an epoch's mean training loss was at the goal, None for never."""
        steps_per_epoch = -(-self.num_train // self.batch_size)
        return {
            "steps_per_epoch": steps_per_epoch,
            "steps_to_goal": {
                name: steps_to(self.goal, "train_loss", found["epochs"], steps_per_epoch)
                for name, found in runs.items()
            },
            "test_error": {name: found["test_error"] for name, found in runs.items()},
        }


def small_network() -> nn.Sequential:
    """Two convolutions that halve the picture and two layers; for digits in a frame of 32x32."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2, padding=2),  # n   8  16  16
        nn.ReLU(),
        nn.Conv2d(8, 16, 5, stride=2, padding=2),  # n  16   8   8
        nn.ReLU(),
        nn.Flatten(),  # n  1024
        nn.Linear(1024, 10),
    )


def thinned(found: Walk) -> dict[str, list]:
    """At most 41 points of a path, the first and the last among them, with their steps."""
    last = len(found.points) - 1
    stride = max(1, -(-last // PATH_POINTS))
    steps = [*range(0, last, stride), last]
    return {
        "step": steps,
        "x": [_short(found.points[step][0]) for step in steps],
        "y": [_short(found.points[step][1]) for step in steps],
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")
