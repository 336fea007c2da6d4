"""How many times sooner does a network with ReLU reach 25 % training error than with tanh?

Paper: Krizhevsky, Sutskever & Hinton, "ImageNet classification with deep convolutional neural
networks", NIPS 2012, section 3.1 and figure 1: six times, on CIFAR-10, with four layers, a
learning rate for each network that makes it as fast as possible, and no regularization.
Differs from the paper: it leaves the four layers open. Here they are three convolutions of 5x5,
with 32, 32 and 64 maps, each followed by the rectifier or tanh and a max pooling of 3x3 with
stride 2, and a linear layer. Open are also the batch (128), the momentum (0.9, as in section 5),
the centering (mean and deviation of each color) and the first weights, which are the same for
both, as torch draws them: from -1 / sqrt(fan-in) to 1 / sqrt(fan-in). Two others were tried for
some epochs before: gains made for each activation, and the deviation of 0.01 of section 5; with
neither was ReLU the faster one there.
1,000 of the 50,000 pictures stay out. "As fast as possible" is the fastest of a grid of rates,
found anew for each seed, with the seed's own weights and order.

The training error is the mean over an epoch as it came, and stands for the middle of that epoch;
between two middles the crossing of 25 % is interpolated, before the first one from chance.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.crossings import epochs_to_beat, epochs_until
from course_lib.experiments.pieces.picture_experiment import PictureExperiment
from course_lib.experiments.pieces.pictures import Centered, Pictures, seeded
from course_lib.optimizers import SGD
from course_lib.training import Epoch, TrainingDivergedError, fit

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}
PAPER_NUM_IMAGES = 50_000


@dataclass(frozen=True)
class ReluOrTanh(PictureExperiment):
    name: ClassVar[str] = "relu_or_tanh"
    question: ClassVar[str] = (
        "How many times sooner does ReLU bring a network to 25 % training error than tanh?"
    )
    paper_ratio: ClassVar[float] = 6.0

    num_train: int = 49_000
    num_validation: int = 1_000
    threshold: float = 0.25
    width: int = 32
    max_epochs: int = 60
    momentum: float = 0.9
    # The most promising first: a later run ends as soon as it can no longer be the fastest.
    rates: tuple[float, ...] = (0.01, 0.02, 0.005, 0.04, 0.0025)

    def laptop(self) -> "ReluOrTanh":
        rates = (0.01, 0.02, 0.04, 0.005)
        return replace(self, num_train=15_000, rates=rates, autocast="bfloat16")

    def quick(self) -> "ReluOrTanh":
        return replace(
            self,
            data="mnist_5k",
            num_train=400,
            batch_size=16,
            width=4,
            max_epochs=6,
            rates=(0.01, 0.02),
        )

    def scale(self) -> Scale:
        """In pictures of an epoch: how many epochs there are is what is asked."""
        return Scale(
            round(self.num_train / PAPER_NUM_IMAGES, 4),
            f"{self.num_train:,} pictures of {self.data}, where the paper has "
            f"{PAPER_NUM_IMAGES:,}; with fewer pictures an epoch has fewer steps.",
        )

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        runs = {arm: self._at_each_rate(run, pictures, arm) for arm in ACTIVATIONS}
        fastest = {arm: _fastest(found) for arm, found in runs.items()}
        epochs = {arm: found["epochs_to_threshold"] for arm, found in fastest.items()}
        return Findings(
            {
                "runs": runs,
                "fastest": fastest,
                "ratio": epochs["tanh"] / epochs["relu"] if all(epochs.values()) else None,
                "paper_ratio": self.paper_ratio,
            }
        )

    def _at_each_rate(self, run: Run, pictures: Pictures, arm: str) -> dict[str, dict]:
        """By the rate, what came of it."""
        found, limit = {}, self.max_epochs
        for rate in self.rates:
            found[f"{rate:g}"] = self._train(run, pictures, arm, rate, limit)
            reached = found[f"{rate:g}"]["epochs_to_threshold"]
            if reached is not None:
                limit = min(limit, epochs_to_beat(reached))
        return found

    def _train(self, run: Run, pictures: Pictures, arm: str, rate: float, limit: int) -> dict:
        """Train until the threshold, or for `limit` epochs, as one step."""
        name = f"{arm}_at_{rate:g}"

        def make(folder: Path) -> dict:
            network = seeded(
                partial(FourLayers, ACTIVATIONS[arm], self.width), run.seed, run.device
            )
            model = Centered(network, pictures.centering).to(run.device)
            try:
                history = fit(
                    model,
                    F.cross_entropy,
                    SGD(model.parameters(), rate, self.momentum),
                    pictures.train,
                    epochs=limit,
                    batch_size=self.batch_size,
                    seed=run.seed,
                    execution=self.execution,
                    checkpoint=folder,
                    after_epoch=self._until_threshold(run.after_epoch(limit, name)),
                )
            except TrainingDivergedError:
                return {"diverged": True, "train_errors": [], "epochs_to_threshold": None}
            errors = [round(epoch.train_error, 6) for epoch in history.epochs]
            reached = epochs_until(self.threshold, errors)
            found = {"diverged": False, "train_errors": errors, "epochs_to_threshold": reached}
            return found | {"seconds": round(history.seconds, 1)}

        return run.step(name, make)

    def _until_threshold(self, report: Callable[[Epoch], None]) -> Callable[[Epoch], bool]:
        def after_epoch(epoch: Epoch) -> bool:
            if epoch.train_error <= self.threshold:
                return True
            report(epoch)
            return False

        return after_epoch


class FourLayers(nn.Module):
    """Three convolutions and a linear layer; what comes after a convolution is `activation`."""

    def __init__(self, activation: type[nn.Module], width: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(width, width, kernel_size=5, padding=2)
        self.conv3 = nn.Conv2d(width, 2 * width, kernel_size=5, padding=2)
        self.activation = activation()
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.classifier = nn.Linear(2 * width * 4 * 4, 10)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n 10"]:
        x = self.pool(self.activation(self.conv1(images)))  # n     width  16  16
        x = self.pool(self.activation(self.conv2(x)))  # n     width   8   8
        x = self.pool(self.activation(self.conv3(x)))  # n 2 * width   4   4
        return self.classifier(x.flatten(1))  # n 10


def _fastest(found: dict[str, dict]) -> dict:
    """The rate that was first at the threshold, and whether the grid goes on beyond it."""
    reached = {
        rate: each["epochs_to_threshold"]
        for rate, each in found.items()
        if each["epochs_to_threshold"] is not None
    }
    if not reached:
        return {"rate": None, "epochs_to_threshold": None, "inside_the_grid": None}
    rate = min(reached, key=reached.get)
    rates = sorted(map(float, found))
    return {
        "rate": float(rate),
        "epochs_to_threshold": reached[rate],
        "inside_the_grid": rates[0] < float(rate) < rates[-1],
    }
