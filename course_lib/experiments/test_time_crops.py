"""What does it gain to ask about several crops of a test picture, and what does it cost?

Papers: Krizhevsky, Sutskever & Hinton 2012, section 4.1 (windows of 224 out of 256 in training;
ten of them and the mean of the probabilities in the test); He, Zhang, Ren & Sun 2015,
arXiv:1512.03385, section 3.4 (ten crops at one scale; for its best results the whole picture at
five, the mean of the scores). The lecture sharif_2024 takes ten crops at each scale, and lets
crops vote; the first of these is what is done here.
Differs from the papers: CIFAR-10, windows of 28 out of 32 pixels, the same share of the side as
224 of 256, and a small network, so that 40 crops of each picture can be afforded on a CPU.
There are 10,000 test pictures: a gain of half a percent shows, where of the 153 ants and bees a
single picture is 0.7 %. He et al. train at scales drawn from 256 to 480 and test at five from 224
to 640; here both go from 28 to 40, as enlarged pictures of 32 pixels have no more to show. At 28 a
crop fits in one place, so that 32 of the 40 differ. One rate for both networks. There are two
networks, one trained at the pictures' own scale, one at drawn scales.

Costs are forward passes for each picture, and the pixels that go through as a multiple of those
of one crop. The whole picture at once is asked as well: the network averages over places at its
end, so it takes pictures of any size.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import one_hot
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.data.augmentation import (
    Augmentation,
    Compose,
    RandomCrop,
    RandomHorizontalFlip,
    ScaleJitter,
)
from course_lib.data.test_time_crops import crops_at_scales
from course_lib.experiments.augmentation_gap import ThreeConvolutions
from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.picture_experiment import PictureExperiment
from course_lib.experiments.pieces.pictures import SIDE, Centered, Pictures
from course_lib.optimizers import SGD
from course_lib.training import scores

CENTER = 4  # the place of the middle among ten crops
BATCH = 500  # pictures; of each come forty crops
ANSWERS = {
    "probabilities": lambda found: found.softmax(-1),
    "scores": lambda found: found,
    "votes": lambda found: one_hot(found.argmax(-1), found.shape[-1]).to(found.dtype),
}


@dataclass(frozen=True)
class TestTimeCrops(PictureExperiment):
    name: ClassVar[str] = "test_time_crops"
    question: ClassVar[str] = "What does it gain to ask about ten crops of a picture, or forty?"
    __test__: ClassVar[bool] = False  # for pytest, which takes the name for that of a test

    epochs: int = 100
    width: int = 64  # maps of the first convolution
    crop: int = 28
    scales: tuple[int, ...] = (28, 32, 36, 40)  # the first and the last: also of training
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4

    def laptop(self) -> "TestTimeCrops":
        return replace(
            self, num_train=20_000, num_validation=1_000, epochs=15, width=32, autocast="bfloat16"
        )

    def quick(self) -> "TestTimeCrops":
        small = {"data": "mnist_5k", "num_train": 500, "num_validation": 200}
        return replace(self, **small, epochs=2, width=8, scales=(28, 32, 36))

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{self.epochs} passes through {self.num_train:,} pictures of {self.data}, "
            f"{self.width} maps at first; in full 100 passes through 45,000, 64 maps.",
        )

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        runs = {
            "one_scale": self._train(run, "one_scale", pictures, RandomCrop(self.crop)),
            "drawn_scales": self._train(
                run,
                "drawn_scales",
                pictures,
                ScaleJitter(self.scales[0], self.scales[-1], self.crop),
            ),
        }
        return Findings({"runs": runs, "costs": self.costs()})

    def _train(self, run: Run, arm: str, pictures: Pictures, windows: Augmentation) -> dict:
        def measure(network: nn.Module) -> dict:
            model = Centered(network.network, pictures.centering).to(run.device).eval()
            model.to(memory_format=torch.channels_last)  # a third faster
            return {"errors": self.errors(model, *pictures.test)}

        return train_classifier(
            run,
            arm,
            lambda: MiddleInTheTest(ThreeConvolutions(self.width), self.crop),
            pictures,
            self._optimizer,
            epochs=self.epochs,
            batch_size=self.batch_size,
            augment=Compose(windows, RandomHorizontalFlip()),
            execution=self.execution,
            measure=measure,
            test=False,
        )

    def _optimizer(self, model: nn.Module) -> tuple[Optimizer, CosineAnnealingLR]:
        optimizer = SGD(
            model.parameters(), self.learning_rate, self.momentum, weight_decay=self.weight_decay
        )
        return optimizer, CosineAnnealingLR(optimizer, self.epochs)

    def errors(self, model: nn.Module, images: UInt8[Tensor, "n 3 h w"], labels: Tensor) -> dict:
        """The share of wrong classes for each way to ask."""
        found = crop_scores(model, images, self.crop, self.scales)
        own = found[self.scales.index(min(images.shape[-2:]))]
        return {
            "whole_picture": _error(scores(model, images), labels),
            "center": _error(own[CENTER], labels),
            "center_and_mirror": _error(_together(own[[CENTER, CENTER + 5]], "scores"), labels),
            "ten": {way: _error(_together(own, way), labels) for way in ANSWERS},
            "all_scales": {
                way: _error(_together(found.flatten(0, 1), way), labels) for way in ANSWERS
            },
            "ten_at_scale": {
                str(scale): _error(_together(each, "scores"), labels)
                for scale, each in zip(self.scales, found, strict=True)
            },
        }

    def costs(self) -> dict[str, dict]:
        """Forward passes for each picture, and pixels as a multiple of one crop's."""
        passes = {"center": 1, "center_and_mirror": 2, "ten": 10}
        passes["all_scales"] = 10 * len(self.scales)
        whole = {"passes": 1, "pixels": round((SIDE / self.crop) ** 2, 4)}
        return {"whole_picture": whole} | {
            way: {"passes": num, "pixels": num} for way, num in passes.items()
        }


class MiddleInTheTest(nn.Module):
    """In evaluation the network sees the middle of a picture, so that validation asks as we do."""

    def __init__(self, network: nn.Module, crop: int):
        super().__init__()
        self.network, self.crop = network, crop

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        if not self.training:
            top, left = ((length - self.crop) // 2 for length in images.shape[-2:])
            images = images[:, :, top : top + self.crop, left : left + self.crop]
        return self.network(images)


@torch.no_grad()
def crop_scores(
    model: nn.Module, images: UInt8[Tensor, "n 3 h w"], size: int, scales: tuple[int, ...]
) -> Float[Tensor, "scales 10 n c"]:
    """What the network says of each crop, asked once for all the ways to average it."""
    batches = [
        torch.stack(
            [
                torch.stack([model(crop) for crop in crops.unbind(1)])
                for crops in crops_at_scales(batch, size, scales)
            ]
        )
        for batch in images.split(BATCH)
    ]
    return torch.cat(batches, dim=2)


def _together(found: Float[Tensor, "crops n c"], way: str) -> Float[Tensor, "n c"]:
    """The average over the crops, as `predict_crops` takes it."""
    return ANSWERS[way](found).mean(dim=0)


def _error(answers: Float[Tensor, "n c"], labels: Tensor) -> float:
    return round(int((answers.argmax(1) != labels).sum()) / len(labels), 6)
