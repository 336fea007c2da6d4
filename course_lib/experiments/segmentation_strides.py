"""Does a finer stride draw finer borders? FCN-32s, FCN-16s and FCN-8s on the same pictures.

Paper: Long, Shelhamer & Darrell 2015, "Fully convolutional networks for semantic segmentation",
arXiv:1411.4038, section 4.2 and table 2.
Differs from the paper: CamVid for PASCAL VOC; a small VGG that begins with nothing for a VGG-16
that has learned ImageNet; AdamW and one cycle for SGD; mirrored pictures. The paper trains each
finer network from the coarser one, with a smaller rate. Here each learns from the same start,
and then again as in the paper; and the coarsest goes on for as long, so that what more steps
bring is not taken for what finer strides bring. One rate serves all strides, and a third of it
those that go on. The decay of AdamW acts on every weight, those that enlarge the maps as well.

The 101 validation pictures are seven seconds out of the middle of a drive that training has. Of the
233 test pictures 171 are of a drive that it has not, and 62 go on where a training drive ends.

A pixel is near a border if the square of 7x7 pixels around it holds more than one label; void
counts as a label there. What is near a border and what is far from it is measured apart, too.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Int64, UInt8
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course_lib.applications.detection import digit_scenes
from course_lib.applications.detection.digit_scenes import INK
from course_lib.applications.segmentation import (
    FCN,
    fit_segmenter,
    small_classifier,
)
from course_lib.applications.segmentation.small_classifier import MAP_SHAPE
from course_lib.data import Centering, class_names, load
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.border_measures import BORDER, measure
from course_lib.experiments.pieces.pictures import in_color
from course_lib.optimizers import AdamW, OneCycleLR
from course_lib.training import say

# Each arm: its stride, and the arm whose weights it begins with.
ARMS = {
    "32s": (32, None),
    "16s": (16, None),
    "8s": (8, None),
    "32s_from_32s": (32, "32s"),
    "16s_from_32s": (16, "32s"),
    "8s_from_16s": (8, "16s_from_32s"),
}
BLACK, FAINT = 10, 11  # beside ten digits: what is no ink is a class, and a fading edge is void

LabeledPictures = tuple[Tensor, Int64[Tensor, "n h w"]]


@dataclass(frozen=True)
class SegmentationStrides(Experiment):
    """The rates were chosen on CamVid's own validation pictures."""

    name: ClassVar[str] = "segmentation_strides"
    question: ClassVar[str] = "Does a finer stride draw finer borders?"
    shares_work: ClassVar[bool] = False
    # Table 2, on PASCAL VOC: the mean IoU of the three.
    paper_mean_iou: ClassVar[dict] = {"32s": 0.594, "16s_from_32s": 0.624, "8s_from_16s": 0.627}

    data: str = "camvid"
    num_scenes: int = 0  # canvases of digits, where the data are mnist_5k
    epochs: int = 60
    further_epochs: int = 30  # of an arm that begins with the weights of another
    batch_size: int = 8
    learning_rate: float = 3e-3
    further_rate: float = 1e-3

    def laptop(self) -> "SegmentationStrides":
        return replace(self, epochs=12, further_epochs=6)

    def quick(self) -> "SegmentationStrides":
        return replace(self, data="mnist_5k", num_scenes=32, epochs=2, further_epochs=1)

    def scale(self) -> Scale:
        full = SegmentationStrides()
        return Scale(
            None,
            f"{self.epochs} epochs from the start and {self.further_epochs} from a coarser network "
            f"on {self.data}; in full {full.epochs} and {full.further_epochs} on {full.data}. The "
            "paper trains other networks on other pictures.",
        )

    def run(self, run: Run) -> Findings:
        found = {}
        for arm in ARMS:
            found[arm] = run.step(arm, lambda folder, arm=arm: self._train(run, arm, folder))
        return Findings({"runs": found, "paper_mean_iou": self.paper_mean_iou, "border": BORDER})

    def _train(self, run: Run, arm: str, folder: Path) -> dict:
        """One network; its weights stay in `folder` for the arm that begins with them."""
        stride, coarser = ARMS[arm]
        splits = load_splits(self.data, self.num_scenes, run.device)
        model = self.network(stride, run.seed).to(run.device)
        if coarser:
            before = self.network(ARMS[coarser][0], run.seed).to(run.device)
            before.load_state_dict(load_file(run.folder / coarser / "weights.safetensors"))
            take_over(model, before)
        epochs, rate = (
            (self.further_epochs, self.further_rate)
            if coarser
            else (self.epochs, self.learning_rate)
        )
        losses = self._fit(model, splits["train"], epochs, rate, run.seed, arm)
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: each.contiguous() for name, each in model.state_dict().items()}
        save_file(weights, folder / "weights.safetensors")
        names = class_names_of(self.data)
        validation = measure(model, *splits["validation"], names)
        return {
            "epochs": epochs,
            "num_parameters": sum(weight.numel() for weight in _learning(model)),
            "losses": [round(loss, 4) for loss in losses],
            "validation_mean_iou": validation["everywhere"]["mean_iou"],
            "test": measure(model, *splits["test"], names),
        }

    def network(self, stride: int, seed: int) -> FCN:
        """The layers that all strides have begin with the same weights; the others with zeros."""
        num_classes = len(class_names_of(self.data))
        torch.manual_seed(seed)
        return FCN(small_classifier(num_classes), num_classes, stride, MAP_SHAPE)

    def _fit(
        self, model: FCN, train: LabeledPictures, epochs: int, rate: float, seed: int, arm: str
    ) -> list[float]:
        optimizer = AdamW(_learning(model), rate)
        steps = epochs * -(-len(train[0]) // self.batch_size)
        return fit_segmenter(
            model,
            optimizer,
            train,
            void=len(class_names_of(self.data)),
            epochs=epochs,
            batch_size=self.batch_size,
            seed=seed,
            flips=self.data != "mnist_5k",  # a digit in the mirror is none
            schedule=OneCycleLR(optimizer, rate, steps, cycle_momentum=False),
            after_epoch=lambda epoch, loss: say(f"{arm}: epoch {epoch} of {epochs}: {loss:.4f}"),
        )


def _learning(model: FCN) -> list[nn.Parameter]:
    """Its last layer only enlarges, and stays as it is."""
    return [weight for weight in model.parameters() if weight.requires_grad]


def take_over(model: FCN, before: FCN) -> None:
    """Begin with what the other has learned; one of the same stride just goes on."""
    if model.stride == before.stride:
        model.load_state_dict(before.state_dict())
    else:
        model.start_from(before)


def class_names_of(data: str) -> tuple[str, ...]:
    """What the labels stand for; the number after the last of them is void."""
    if data == "mnist_5k":
        return (*class_names(data), "black")
    return class_names(data)[:-1]


def load_splits(data: str, num_scenes: int, device: str) -> dict[str, LabeledPictures]:
    """Pictures, centered as the training set asks for, with a label for each pixel."""
    splits = {}
    for split in ("train", "validation", "test"):
        if data == "mnist_5k":
            images, labels = digit_maps(split, num_scenes)
        else:
            images, labels = load(data, split)
        if split == "train":
            centering = Centering.channel_mean_and_deviation(images)
        splits[split] = (centering(images).to(device), labels.to(device))
    return splits


def digit_maps(split: str, num: int) -> tuple[UInt8[Tensor, "n 3 64 64"], Int64[Tensor, "n 64 64"]]:
    """Digits on a canvas: each pixel of ink has the class of its digit.

    Black is a class of its own, the eleventh. Fainter pixels than INK, at the edge of a stroke,
    are void.
    """
    scenes = digit_scenes(split, num)
    images, labels = scenes.images, torch.full((num, *scenes.size), BLACK)
    for place, truth in enumerate(scenes.known("objects")):
        for (x1, y1, x2, y2), label in zip(truth.boxes.long().tolist(), truth.labels, strict=True):
            labels[place, y1:y2, x1:x2] = label
    labels[images[:, 0] < INK] = FAINT
    labels[images[:, 0] == 0] = BLACK
    return in_color(images), labels
