"""Several networks beside one another, each trained at the learning rate that suits it best."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import nn
from torch.nn import functional as F

from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.picture_experiment import PictureExperiment
from course_lib.experiments.pieces.pictures import Pictures
from course_lib.experiments.pieces.rate_search import search_rates
from course_lib.optimizers import SGD, OneCycleLR


@dataclass(frozen=True)
class TunedComparison(PictureExperiment):
    """Short runs at each of `rates` are told apart on the validation pictures, for all alike.

    The rate climbs to its height in the first fifth of the steps, and falls from there to nearly 0.
    Without the climb it happened that a network learned in the short run and died in the long one,
    which stays longer at its largest rate. The short runs are half as long as the others: three
    passes of thirty chose different rates for different seeds, and the smaller ones learned less.
    """

    momentum: ClassVar[float] = 0.9
    climb: ClassVar[float] = 0.2  # the share of the steps

    epochs: int = 40
    search_epochs: int = 20
    rates: tuple[float, ...] = (0.1, 0.05, 0.02, 0.01)
    weight_decay: float = 5e-4

    def laptop(self) -> "TunedComparison":
        return replace(self, num_train=10_000, num_validation=2_000, autocast="bfloat16")

    def quick(self) -> "TunedComparison":
        few = {"num_train": 300, "num_validation": 100, "epochs": 2, "search_epochs": 1}
        return replace(self, data="mnist_5k", batch_size=32, rates=(0.02, 0.01), **few)

    def train(
        self,
        run: Run,
        arm: str,
        build: Callable[[], nn.Module],
        pictures: Pictures,
        loss: Callable = F.cross_entropy,
    ) -> dict:
        """What `train_classifier` returns of the arm at its best rate, and the `search` for it."""

        def at(rate: float, epochs: int, name: str, test: bool) -> dict:
            return train_classifier(
                run,
                name,
                build,
                pictures,
                lambda model: self._optimizer(model, rate, epochs, pictures),
                epochs=epochs,
                batch_size=self.batch_size,
                loss=loss,
                schedule_each="batch",
                execution=self.execution,
                test=test,
            )

        def briefly(name: str, rate: float) -> dict:
            return at(rate, self.search_epochs, name, False)

        search = search_rates(run, arm, self.rates, briefly)
        return at(search["best"], self.epochs, arm, True) | {"search": search}

    def _optimizer(
        self, model: nn.Module, rate: float, epochs: int, pictures: Pictures
    ) -> tuple[SGD, OneCycleLR]:
        num_steps = epochs * -(-len(pictures.train[1]) // self.batch_size)
        moves = SGD(model.parameters(), rate, self.momentum, weight_decay=self.weight_decay)
        along = OneCycleLR(moves, rate, num_steps, pct_start=self.climb, cycle_momentum=False)
        return moves, along
