"""Does a deeper network learn its own training pictures worse, and do shortcuts mend that?

Paper: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2015,
arXiv:1512.03385, section 4.2 and figure 6, left and middle; depths 20 and 56 of the four there.
Differs from the paper: the mean image is subtracted after the crop, so that the four pixels of
padding are black; the paper does not say what they are. The last batch of an epoch is smaller, and
epochs are whole: 182 of 352 batches, 64,064 steps for 64,000. The rate is divided after exactly
32,000 and 48,000. A batch is normalized as a whole, where the paper had halves of it on two GPUs.
Training goes on the 45,000 pictures to its end; the paper found its schedule on them and does not
say whether the 5,000 came back. The test set is looked at once, at the end, so the errors over the
epochs are those on the validation pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from torch import nn
from torch.optim import Optimizer

from course_lib.architectures import cifar_plain, cifar_resnet
from course_lib.data import Centering
from course_lib.data.augmentation.recipes import cifar_augmentation
from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.picture_experiment import PictureExperiment
from course_lib.experiments.pieces.pictures import Pictures
from course_lib.optimizers import SGD, MultiStepLR

PAPER_STEPS = 64_000
KINDS: dict[str, Callable[[int], nn.Module]] = {"plain": cifar_plain, "residual": cifar_resnet}


@dataclass(frozen=True)
class DepthDegradation(PictureExperiment):
    name: ClassVar[str] = "depth_degradation"
    question: ClassVar[str] = (
        "Is a plain network of 56 layers worse than one of 20 on the pictures it was trained on?"
    )

    # Of the paper's 64,000 steps. The rate is divided after half and three quarters of these,
    # which is a little sooner than of the steps taken, for epochs are whole.
    fraction: float = 1.0
    shallow: int = 20
    deep: int = 56
    learning_rate: float = 0.1
    warmup: int = 0  # steps; the paper begins so with 110 layers, and not with 56
    momentum: float = 0.9
    weight_decay: float = 1e-4

    def laptop(self) -> "DepthDegradation":
        """The paper's pictures, about a fortieth of its steps, and a first pass to warm up.

        In 400 steps, which were tried, 56 layers learned next to nothing, with shortcuts or not.
        In these 1,760 without a warm-up those with shortcuts spent the first pass on the way back
        from where the first steps had thrown them, and ended far behind 20 layers.
        """
        return replace(self, fraction=1 / 40, warmup=self.steps_per_epoch, autocast="bfloat16")

    def quick(self) -> "DepthDegradation":
        return replace(
            self,
            data="mnist_5k",
            num_train=60,
            num_validation=20,
            batch_size=20,
            fraction=6 / PAPER_STEPS,
            shallow=8,
            deep=14,
        )

    def scale(self) -> Scale:
        """Counted in steps of the optimizer."""
        steps = self.epochs * self.steps_per_epoch
        warmup = f", {self.warmup:,} of them to warm up" if self.warmup else ""
        return Scale(
            round(steps / PAPER_STEPS, 4),
            f"{steps:,} steps of {self.batch_size} pictures for each network{warmup}, "
            f"{self.epochs} passes through {self.num_train:,}; the paper: 64,000 of 128, through "
            "45,000.",
        )

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.num_train // self.batch_size)

    @property
    def epochs(self) -> int:
        """Whole epochs, about as many as the steps need."""
        return max(1, round(self.fraction * PAPER_STEPS / self.steps_per_epoch))

    @property
    def milestones(self) -> tuple[int, int]:
        """After how many steps the rate is divided by 10."""
        return round(32_000 * self.fraction), round(48_000 * self.fraction)

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        pictures = replace(pictures, centering=Centering.mean_image(pictures.train[0]))
        arms = {
            f"{kind}_{depth}": partial(KINDS[kind], depth)
            for kind in KINDS
            for depth in (self.shallow, self.deep)
        }
        runs = {arm: self._train(run, arm, build, pictures) for arm, build in arms.items()}
        worse = {
            kind: deeper_is_worse_by(runs[f"{kind}_{self.shallow}"], runs[f"{kind}_{self.deep}"])
            for kind in KINDS
        }
        return Findings({"runs": runs, "deeper_is_worse_by": worse})

    def _train(
        self, run: Run, arm: str, build: Callable[[], nn.Module], pictures: Pictures
    ) -> dict:
        found = train_classifier(
            run,
            arm,
            build,
            pictures,
            self._optimizer,
            epochs=self.epochs,
            batch_size=self.batch_size,
            augment=cifar_augmentation(),
            schedule_each="batch",
            execution=self.execution,
        )
        return found | {"epochs": as_curves(found["epochs"])}

    def _optimizer(self, model: nn.Module) -> tuple[Optimizer, MultiStepLR]:
        moves = SGD(
            model.parameters(), self.learning_rate, self.momentum, weight_decay=self.weight_decay
        )
        milestones = [each - self.warmup for each in self.milestones]
        return moves, MultiStepLR(moves, milestones, warmup=self.warmup)


def deeper_is_worse_by(shallow: dict, deep: dict) -> dict:
    """By how much the deeper network's errors are larger at the end of training, 0 to 1.

    "train" is of the last epoch as it came, with its crops and mirror images, as in figure 6.
    """
    return {
        "train": deep["epochs"]["train_error"][-1] - shallow["epochs"]["train_error"][-1],
        "validation": deep["validation_error"] - shallow["validation_error"],
        "test": deep["test_error"] - shallow["test_error"],
    }


def as_curves(epochs: list[dict]) -> dict[str, list[float]]:
    """A list for each number instead of an object for each epoch, of which there may be 182."""
    names = ("train_loss", "train_error", "validation_error")
    return {name: [round(epoch[name], 6) for epoch in epochs] for name in names}
