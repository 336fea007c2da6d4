"""Does dropout close the gap between training and test error, and do its curves bounce more?

Paper: Hinton, Srivastava, Krizhevsky, Sutskever & Salakhutdinov, "Improving neural networks by
preventing co-adaptation of feature detectors", 2012, arXiv:1207.0580, the section on MNIST and
appendix A.1: about 160 test errors of 10,000 without dropout, 130 with half of the hidden units
dropped, 110 with a fifth of the pixels dropped as well.
Differs from the paper: its 160 are the best that others had published for such a network; ours
without dropout is trained like the others. 5,000 of the 60,000 digits stay out. The rate
multiplies the velocity as a whole, where the paper folds each step's rate into it, and the very
first step is not shortened by 1 - momentum. The laptop's networks have rectified units, first
weights as large as He et al. 2015 want them, and a rate and a momentum chosen on digits kept out.

"Bouncier" (lecture colorado_2025) is measured as the standard deviation of the change of the
training loss from one step to the next, in each epoch. The arms have rates of their own, which
bounce too, though little once they are small; so `batch_losses` tells it of the finished network,
whose weights stand still: batch by batch, with units dropped and as a whole.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.data import Centering
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.dropout_networks import (
    DropoutNetwork,
    StepLosses,
    batch_losses,
    difference,
    inverted,
    shorten,
    with_scaled_weights,
)
from course_lib.experiments.pieces.gray_digits import load_digits
from course_lib.experiments.pieces.pictures import Centered, Pictures
from course_lib.experiments.pieces.thinning import thinned
from course_lib.optimizers import SGD
from course_lib.training import error_rate

PAPER_WORK = 3_000 * 60_000  # digits seen
MOST_EPOCHS = 60  # so many a record shows
UNCENTERED = Centering(torch.zeros(1, 1, 1), torch.ones(1, 1, 1))  # a dropped pixel is black


@dataclass(frozen=True)
class DropoutGap(Experiment):
    name: ClassVar[str] = "dropout_gap"
    question: ClassVar[str] = "How much of the gap between training and test does dropout close?"
    shares_work: ClassVar[bool] = False  # a process would note the losses of its own share
    paper_errors: ClassVar[dict] = {"none": 0.016, "hidden": 0.013, "hidden_and_pixels": 0.011}

    data: str = "mnist"
    num_train: int = 55_000
    num_validation: int = 5_000  # the paper: 0
    epochs: int = 3_000
    batch_size: int = 100
    width: int = 800
    units: str = "logistic"
    hidden_dropout: float = 0.5
    pixel_dropout: float = 0.2
    learning_rate: float = 10.0  # of a step after momentum: see `RisingMomentum`
    plain_learning_rate: float = 10.0  # without dropout, for which the paper has no rate
    rate_decay: float = 0.998  # an epoch
    first_momentum: float = 0.5
    last_momentum: float = 0.99
    momentum_epochs: int = 500
    squared_length: float = 15.0  # of the weights into one hidden unit, at most

    def laptop(self) -> "DropoutGap":
        return replace(
            self,
            num_train=10_000,
            epochs=80,
            units="rectified",
            learning_rate=3.0,
            plain_learning_rate=1.0,
            rate_decay=0.96,
            last_momentum=0.9,
            momentum_epochs=5,
        )

    def quick(self) -> "DropoutGap":
        small = {"data": "mnist_5k", "num_train": 1_000, "num_validation": 500}
        return replace(self.laptop(), **small, epochs=3, width=100)

    def scale(self) -> Scale:
        """Counted in digits seen."""
        share = round(self.epochs * self.num_train / PAPER_WORK, 6)
        return Scale(
            share,
            f"{self.epochs:,} passes through {self.num_train:,} digits by networks of "
            f"{self.width} {self.units} units a layer; the paper: 3,000 passes through 60,000.",
        )

    def run(self, run: Run) -> Findings:
        digits = load_digits(self.data, run.device, self.num_validation, self.num_train)
        digits = replace(digits, centering=UNCENTERED)
        rates = {
            "none": (0.0, 0.0),
            "hidden": (0.0, self.hidden_dropout),
            "hidden_and_pixels": (self.pixel_dropout, self.hidden_dropout),
        }
        runs = {arm: self._train(run, arm, digits, rates[arm]) for arm in rates}
        for found in runs.values():
            found["epochs"] = thinned(found["epochs"], MOST_EPOCHS)
            found["bounces"] = thinned(found["bounces"], MOST_EPOCHS)
        measures = {"runs": runs, "gap": gaps(runs), "bounce": bounce(runs)}
        return Findings(measures | {"paper_test_errors": self.paper_errors})

    def _train(self, run: Run, arm: str, digits: Pictures, dropout: tuple[float, float]) -> dict:
        losses = StepLosses(self.epochs, -(-self.num_train // self.batch_size))

        def measure(network: nn.Module) -> dict:
            model = Centered(network, digits.centering).to(run.device)
            found = {"network_train_error": error_rate(model, *digits.train)}
            found["bounces"] = losses.bounces()
            found["batch_losses"] = batch_losses(model, *digits.train, self.batch_size)
            if arm == "hidden_and_pixels":
                found |= both_scalings(network, digits)
            return found

        return train_classifier(
            run,
            arm,
            lambda: DropoutNetwork(self.width, self.units, *dropout, losses),
            digits,
            lambda model: self._optimizer(model, has_dropout=any(dropout)),
            epochs=self.epochs,
            batch_size=self.batch_size,
            loss=losses,
            measure=measure,
        )

    def _optimizer(self, model: nn.Module, has_dropout: bool) -> tuple[Optimizer, LRScheduler]:
        rate = self.learning_rate if has_dropout else self.plain_learning_rate
        optimizer = SGD(model.parameters(), rate, self.first_momentum)
        hidden = [layer for layer in model.modules() if isinstance(layer, nn.Linear)][:-1]
        optimizer.register_step_post_hook(lambda *_: shorten(hidden, self.squared_length))
        return optimizer, RisingMomentum(optimizer, self)


class RisingMomentum(LRScheduler):
    """w = w - rate v with v = m v + (1 - m) g, while m rises and the rate falls, by the epoch."""

    def __init__(self, optimizer: Optimizer, settings: DropoutGap):
        self.settings = settings
        super().__init__(optimizer)

    def get_lr(self) -> list[float]:
        settings, epoch = self.settings, self.last_epoch
        share = min(epoch / settings.momentum_epochs, 1)
        momentum = (1 - share) * settings.first_momentum + share * settings.last_momentum
        for group in self.optimizer.param_groups:
            group["momentum"] = group["dampening"] = momentum
        return [rate * settings.rate_decay**epoch for rate in self.base_lrs]


def both_scalings(network: DropoutNetwork, digits: Pictures) -> dict:
    """How far the inverted twin's scores are from the network's, and what the lecture's rule does.

    The rule multiplies with the probability to drop a unit, where it must be that to keep it; with
    one half the two are the same, with the pixels' fifth they are not.
    """
    twin = inverted(network)
    wrong = with_scaled_weights(network, lambda p: p, lambda p: nn.Identity())
    images = digits.centering(digits.train[0][:1000])
    model = Centered(wrong, digits.centering).to(images.device)
    return {
        "scalings_differ_by": {
            "in_training": difference(network.train(), twin.train(), images),
            "in_evaluation": difference(network.eval(), twin.eval(), images),
        },
        "test_error_scaled_by_drop_probability": error_rate(model, *digits.test),
    }


def gaps(runs: dict) -> dict:
    """Test error minus the training error of the network as it is used, without dropout."""
    return {
        arm: round(found["test_error"] - found["network_train_error"], 6)
        for arm, found in runs.items()
    }


def bounce(runs: dict) -> dict:
    """Of the last epoch: the bounce, and the bounce as a share of the mean loss."""
    return {
        arm: {
            "of_loss": found["bounces"][-1],
            "of_mean": round(found["bounces"][-1] / found["epochs"][-1]["train_loss"], 4),
        }
        for arm, found in runs.items()
    }
