"""Does AlexNet need each of its five convolutions, few as their weights are?

Paper: Krizhevsky, Sutskever & Hinton, "ImageNet classification with deep convolutional neural
networks", NIPS 2012, section 1 (removing any convolutional layer, each with no more than 1 % of
the parameters, gives worse results) and section 7 (about 2 % for any of the middle layers).
Differs from the paper: it removes layers of the ImageNet network and says neither how nor what
each removal costs. This is a small network on CIFAR-10: the five widths in the paper's relation,
divided alike, no groups; 5x5 with stride 1 in place of 11x11 with stride 4; poolings of 3x3 with
stride 2 after the first, second and fifth; no response normalization; dropout that scales while
training; He et al.'s first weights; SGD at a rate chosen for each network on validation pictures,
climbing and falling along a cosine; no augmentation, and one look at a test picture where the
paper has ten; the mean of a channel is subtracted, not that of a pixel. A convolution goes with
its rectifier, while the pooling after it stays: maps keep their sizes, the layer after it takes
what came before it. Without the fifth, the first linear layer has more inputs. The third and the
fourth have as many kernels of the same size: without the one or the other the same network is
left, which is trained once.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures import alexnet
from course_lib.architectures.he_weights import draw_he_weights
from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.tuned_comparison import TunedComparison
from course_lib.inspection import count_parameters

WIDTHS = {1: 96, 2: 256, 3: 384, 4: 384, 5: 256}
KERNEL_SIZES = {1: 5, 2: 5, 3: 3, 4: 3, 5: 3}  # the paper's are 11, 5, 3, 3, 3
POOLED = (1, 2, 5)
LINEAR = 4096
REMOVED = {"conv1": 1, "conv2": 2, "conv3_or_conv4": 3, "conv5": 5}


@dataclass(frozen=True)
class RemoveALayer(TunedComparison):
    name: ClassVar[str] = "remove_a_layer"
    question: ClassVar[str] = "Does AlexNet get worse without any one of its five convolutions?"
    paper_share_at_most: ClassVar[float] = 0.01
    paper_middle_layer: ClassVar[float] = 0.02

    rates: tuple[float, ...] = (0.1, 0.05, 0.02, 0.01, 0.005)
    divide_by: int = 2  # how many times narrower than AlexNet all layers are

    def laptop(self) -> "RemoveALayer":
        return replace(super().laptop(), epochs=24, search_epochs=12, divide_by=8)

    def quick(self) -> "RemoveALayer":
        return replace(super().quick(), divide_by=32)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"AlexNet's widths divided by {self.divide_by}, {self.epochs} passes through "
            f"{self.num_train:,} pictures of {self.data}; our full setting: divided by 2, 40 "
            "passes through 45,000. The paper's network and pictures are those of ImageNet.",
        )

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        arms = {"all_five": None} | {f"without_{name}": number for name, number in REMOVED.items()}
        runs = {
            arm: self.train(run, arm, partial(small_alexnet, self.divide_by, without), pictures)
            for arm, without in arms.items()
        }
        rises = {
            name: runs[f"without_{name}"]["test_error"] - runs["all_five"]["test_error"]
            for name in REMOVED
        }
        return Findings(
            {
                "runs": runs,
                "test_error_rises_by": rises,
                "shares": self._shares(),
                "paper_share_at_most": self.paper_share_at_most,
                "paper_middle_layer": self.paper_middle_layer,
            }
        )

    def _shares(self) -> dict[str, dict[str, float]]:
        """Of AlexNet itself, and of the small network with all five."""
        with torch.device("meta"):
            networks = {"alexnet": alexnet(), "here": small_alexnet(self.divide_by)}
        return {name: parameter_shares(network) for name, network in networks.items()}


def parameter_shares(network: nn.Module) -> dict[str, float]:
    """Which part of all parameters each layer has, its biases included."""
    count = count_parameters(network)
    return {layer.name: layer.trainable / count for layer in count.layers}


def small_alexnet(divide_by: int, without: int | None = None) -> "SmallAlexNet":
    """For 32x32 pictures; `without` is the number of a convolution, 1 to 5, to be left out."""
    network = SmallAlexNet(divide_by, without)
    draw_he_weights(network)
    return network


class SmallAlexNet(nn.Module):
    def __init__(self, divide_by: int, without: int | None):
        super().__init__()
        channels, hidden = 3, LINEAR // divide_by
        for number, width in WIDTHS.items():
            if number == without:
                continue
            size = KERNEL_SIZES[number]
            made = nn.Conv2d(channels, width // divide_by, size, padding=size // 2)
            self.add_module(f"conv{number}", made)
            channels = width // divide_by
        self.pool = nn.MaxPool2d(3, stride=2)
        self.fc6 = nn.Linear(channels * 3 * 3, hidden)
        self.fc7 = nn.Linear(hidden, hidden)
        self.fc8 = nn.Linear(hidden, 10)
        self.dropout = nn.Dropout(0.5)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n 10"]:
        x = images
        for number in WIDTHS:
            if hasattr(self, f"conv{number}"):
                x = F.relu(getattr(self, f"conv{number}")(x))
            if number in POOLED:
                x = self.pool(x)  # 15x15, then 7x7, then 3x3
        x = self.dropout(F.relu(self.fc6(x.flatten(1))))  # n hidden
        x = self.dropout(F.relu(self.fc7(x)))  # n hidden
        return self.fc8(x)  # n 10
