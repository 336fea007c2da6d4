"""How much of the gap between training and test error does each augmentation close?

Papers: Krizhevsky, Sutskever & Hinton 2012, section 4.1 (crops and mirror images); He, Zhang, Ren
& Sun 2015, arXiv:1512.03385, section 4.2 (crops of CIFAR-10); DeVries & Taylor 2017,
arXiv:1708.04552, section 4.1 (Cutout of 16x16). None compares all of these with nothing.
Differs from the papers: a network of three convolutions, the same for all, trained for the same
number of steps whatever it sees; so an augmentation that would need longer does not get longer.
Colors are changed by brightness, contrast and saturation, each by up to 40 %, in place of the
principal components of 2012. What a crop takes from outside a picture is black, while Cutout blanks
with the mean color; so the two differ in more than in what they hide. One learning rate, weight
decay and schedule serve all arms, and were not tuned for any: an arm may be worse than it could be.

Both errors are of the finished network, and the training error is that of the pictures as they
are: the one on the way is of changed pictures, and tells nothing about the gap.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.data.augmentation import (
    Augmentation,
    ColorJitter,
    Compose,
    Cutout,
    RandomCrop,
    RandomHorizontalFlip,
    cifar_augmentation,
)
from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.picture_experiment import PictureExperiment
from course_lib.experiments.pieces.pictures import Centered, Pictures
from course_lib.experiments.pieces.thinning import thinned
from course_lib.optimizers import SGD
from course_lib.training import error_rate

MOST_EPOCHS = 40  # so many a record shows


@dataclass(frozen=True)
class AugmentationGap(PictureExperiment):
    name: ClassVar[str] = "augmentation_gap"
    question: ClassVar[str] = (
        "How much of the gap between training and test error does each augmentation close?"
    )

    epochs: int = 100
    width: int = 64  # maps of the first convolution
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    padding: int = 4
    color_strength: float = 0.4
    cutout_size: int = 16

    def laptop(self) -> "AugmentationGap":
        """Few pictures and many passes, so that the network knows them by heart.

        Chosen with a result in sight: in an earlier and shorter run, of 20 passes through 5,000
        pictures, crops closed the gap and gained nothing on the test set. So that something is
        gained at this scale is a condition of it, not a finding.
        """
        return replace(
            self, num_train=2_000, num_validation=1_000, epochs=60, width=32, autocast="bfloat16"
        )

    def quick(self) -> "AugmentationGap":
        small = {"data": "mnist_5k", "num_train": 300, "num_validation": 200}
        return replace(self, **small, epochs=2, width=8)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{self.epochs} passes through {self.num_train:,} pictures of {self.data}, "
            f"{self.width} maps at first; in full 100 passes through 45,000, 64 maps.",
        )

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        augmentations = self.augmentations(pictures)
        runs = {
            arm: self._train(run, arm, pictures, augment) for arm, augment in augmentations.items()
        }
        for found in runs.values():
            found["epochs"] = thinned(found["epochs"], MOST_EPOCHS)
        gap = {
            arm: round(found["test_error"] - found["network_train_error"], 6)
            for arm, found in runs.items()
        }
        closed = {arm: round(gap["none"] - each, 6) for arm, each in gap.items()}
        return Findings({"runs": runs, "gap": gap, "gap_closed": closed})

    def augmentations(self, pictures: Pictures) -> dict[str, Augmentation | None]:
        """The arms. Cutout blanks with the mean color of the training set, as in its paper."""
        mean = (255 * pictures.centering.mean).round().int().flatten().tolist()
        cutout = Cutout(self.cutout_size, fill=tuple(mean))
        color = ColorJitter(*[self.color_strength] * 3)
        return {
            "none": None,
            "flips": RandomHorizontalFlip(),
            "crops": RandomCrop(32, padding=self.padding),
            "flips_and_crops": cifar_augmentation(padding=self.padding),
            "color": color,
            "cutout": cutout,
            "all": Compose(color, cifar_augmentation(cutout, self.padding)),
        }

    def _train(self, run: Run, arm: str, pictures: Pictures, augment: Augmentation | None) -> dict:
        def measure(network: nn.Module) -> dict:
            model = Centered(network, pictures.centering).to(run.device)
            return {"network_train_error": error_rate(model, *pictures.train)}

        return train_classifier(
            run,
            arm,
            lambda: ThreeConvolutions(self.width),
            pictures,
            self._optimizer,
            epochs=self.epochs,
            batch_size=self.batch_size,
            augment=augment,
            execution=self.execution,
            measure=measure,
        )

    def _optimizer(self, model: nn.Module) -> tuple[Optimizer, CosineAnnealingLR]:
        optimizer = SGD(
            model.parameters(), self.learning_rate, self.momentum, weight_decay=self.weight_decay
        )
        return optimizer, CosineAnnealingLR(optimizer, self.epochs)


class ThreeConvolutions(nn.Module):
    """A convolution, its normalization, a rectifier and a pooling, three times; any input size."""

    def __init__(self, width: int, num_classes: int = 10):
        super().__init__()
        widths = (3, width, 2 * width, 4 * width)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(*widths[i : i + 2], 3, padding=1, bias=False) for i in range(3)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(maps) for maps in widths[1:])
        self.classifier = nn.Linear(widths[-1], num_classes)

    def forward(self, x: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = F.max_pool2d(F.relu(norm(convolution(x))), 2)
        x = x.mean(dim=(2, 3))  # n  4 width
        return self.classifier(x)  # n  classes
