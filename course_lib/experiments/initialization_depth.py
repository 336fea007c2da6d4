"""Very deep networks of rectified units, from first weights after Xavier and after He.

Paper: He, Zhang, Ren & Sun, "Delving deep into rectifiers", 2015, arXiv:1502.01852, section 2.2,
figures 2 and 3: with 22 layers both learn, He's sooner; with 30 layers only He's does.
Differs from the paper: CIFAR-10 in place of ImageNet, so the networks are narrower: two
convolutions with a pooling each, then 3x3 convolutions on maps of 8x8, and one fully connected
layer where the paper has three with dropout. The pictures are not augmented. The paper lowers the
rate where the error no longer falls; ours stays. Xavier's deviation is sqrt(1 / fan in), as the
paper writes it. The paper subtracts the mean of each pixel and says nothing of dividing, so its
numbers may have gone from about -128 to 127, which moves the depth where Xavier's weights stall;
pictures come in both ways here, with a mean per channel. Numbers so large make large gradients,
so with them a hundredth of the rate is tried as well. What is followed is the training loss.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from course_lib.data import Centering
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.pictures import Pictures, load_pictures, seeded
from course_lib.experiments.pieces.rate_search import steps_to, train_or_diverge
from course_lib.initialization import initialize, kaiming_normal_
from course_lib.inspection import activation_statistics, gradient_norms
from course_lib.optimizers import SGD

NUM_CLASSES = 10
BATCH_BEFORE = 256
PAPER_IMAGES = 80 * 1_281_167  # section 3: about 80 epochs of ImageNet
SCHEMES = {
    "xavier": partial(kaiming_normal_, nonlinearity="linear"),
    "he": partial(kaiming_normal_, nonlinearity="relu"),
}
# How the pixels come in: with a deviation of 1, or from 0 to 255 with the mean subtracted.
SCALES: dict[str, Callable[[Centering], Centering]] = {
    "normalized": lambda centering: centering,
    "pixels": lambda centering: Centering(
        centering.mean, torch.full_like(centering.deviation, 1 / 255)
    ),
}


@dataclass(frozen=True)
class InitializationDepth(Experiment):
    """Depths, rate, momentum, decay and batch size are the paper's; a comment marks what is not."""

    name: ClassVar[str] = "initialization_depth"
    question: ClassVar[str] = (
        "How deep may a rectified network be for Xavier's and for He's first weights?"
    )

    data: str = "cifar10"  # the paper: ImageNet
    num_train: int = 45_000
    num_validation: int = 5_000
    depths: tuple[int, ...] = (22, 30)
    width: int = 64  # the paper's networks are wider
    epochs: int = 80
    batch_size: int = 128
    learning_rate: float = 0.01
    smaller_rate: float = 1e-4  # our own, for pixels as they are
    momentum: float = 0.9
    weight_decay: float = 5e-4

    def laptop(self) -> "InitializationDepth":
        return replace(
            self,
            data="mnist",
            num_train=2_000,
            num_validation=1_000,
            depths=(14, 22, 30),
            width=16,
            epochs=25,
            batch_size=32,
        )

    def quick(self) -> "InitializationDepth":
        return replace(
            self,
            data="mnist_5k",
            num_train=300,
            num_validation=300,
            depths=(4, 16),
            width=8,
            epochs=2,
            batch_size=50,
        )

    def scale(self) -> Scale:
        """Counted in pictures seen by one network."""
        return Scale(
            round(self.epochs * self.num_train / PAPER_IMAGES, 6),
            f"{self.epochs} passes through {self.num_train:,} pictures of {self.data}, networks "
            f"{self.width} wide; the paper: about 80 passes through 1,281,167 of ImageNet.",
        )

    def run(self, run: Run) -> Findings:
        loaded = load_pictures(self.data, run.device, self.num_validation, self.num_train)
        before, runs = {}, {}
        for depth, scheme, scale in product(self.depths, SCHEMES, SCALES):
            arm = f"{scheme}_{depth}_{scale}"
            pictures = replace(loaded, centering=SCALES[scale](loaded.centering))
            build = partial(plain_network, depth, self.width, scheme)
            look = partial(before_training, build, pictures, run.seed)
            before[arm] = run.step(f"{arm}_before", lambda _, look=look: look())
            del before[arm]["seconds"]
            train = partial(self._train, run, build, pictures)
            runs[arm] = train_or_diverge(run, arm, self.learning_rate, train)
            if scale == "pixels":
                slow = f"{arm}_slow"
                runs[slow] = train_or_diverge(run, slow, self.smaller_rate, train)
        return Findings({"runs": runs, "before_training": before} | self.answer(runs))

    def _train(
        self, run: Run, build: Callable[[], nn.Module], pictures: Pictures, name: str, rate: float
    ) -> dict:
        def optimizer(model: nn.Module) -> tuple[Optimizer, None]:
            decay = self.weight_decay
            return SGD(model.parameters(), rate, self.momentum, weight_decay=decay), None

        return train_classifier(
            run,
            name,
            build,
            pictures,
            optimizer,
            epochs=self.epochs,
            batch_size=self.batch_size,
        )

    def answer(self, runs: dict[str, dict]) -> dict:
        """The steps to half the loss of a guess, ln 10; None where it is never reached.

        `last_loss` is that of the last epoch as a share of ln 10: 1 is a network that has learned
        nothing, None one whose training diverged.
        """
        guess = math.log(NUM_CLASSES)
        steps_per_epoch = -(-self.num_train // self.batch_size)
        return {
            "steps_per_epoch": steps_per_epoch,
            "steps_to_half": {
                arm: steps_to(guess / 2, "train_loss", found["epochs"], steps_per_epoch)
                for arm, found in runs.items()
            },
            "last_loss": {
                arm: round(found["epochs"][-1]["train_loss"] / guess, 4)
                if found["epochs"]
                else None
                for arm, found in runs.items()
            },
        }


def plain_network(depth: int, width: int, scheme: str) -> nn.Sequential:
    """`depth` layers with weights for pictures of 32x32, all but the last of them convolutions."""
    parts = OrderedDict()
    for number in range(1, depth):
        channels = 3 if number == 1 else width
        parts[f"conv{number}"] = nn.Conv2d(channels, width, 3, padding=1)
        parts[f"relu{number}"] = nn.ReLU()
        if number <= 2:
            parts[f"pool{number}"] = nn.MaxPool2d(2)  # 32 to 16 to 8
    parts["flatten"] = nn.Flatten()
    parts["classifier"] = nn.Linear(width * 8 * 8, NUM_CLASSES)
    return initialize(nn.Sequential(parts), SCHEMES[scheme])


def before_training(build: Callable[[], nn.Module], pictures: Pictures, seed: int) -> dict:
    """The signal in the last rectifier over that in the first, and the gradients of both ends.

    The signal is the root mean square; the gradients are norms, of the first and last convolution.
    """
    images, labels = (part[:BATCH_BEFORE] for part in pictures.train)
    network, inputs = seeded(build, seed, labels.device), pictures.centering(images)
    F.cross_entropy(network(inputs), labels).backward()
    gradients = [layer.norm for layer in gradient_norms(network) if layer.kind == "Conv2d"]
    signals = [
        (layer.mean**2 + layer.deviation**2) ** 0.5
        for layer in activation_statistics(network, inputs)
        if layer.kind == "ReLU"
    ]
    return {
        "signal_ratio": _short(signals[-1] / signals[0]),
        "first_gradient": _short(gradients[0]),
        "last_gradient": _short(gradients[-1]),
    }


def _short(value: float) -> float:
    return float(f"{value:.4g}")
