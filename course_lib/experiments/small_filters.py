"""Are three small filters better than a large one that sees as much?

Paper: Simonyan & Zisserman, "Very deep convolutional networks for large-scale image
recognition", ICLR 2015, arXiv:1409.1556, section 2.3 (parameters and receptive field) and
section 4.1 (network B with 5x5 instead of pairs of 3x3: its top-1 error is 7 % higher).
Differs from the paper: it trains on ImageNet, and only the pairs. Here all is on CIFAR-10: a
convolution of 3x3 makes c maps, then the part in question stands twice, on 16x16 and on 8x8
pixels, each time c maps from c maps; a linear layer reads the mean of each map. There is a
rectifier after each convolution, but for the arm that has none inside a stack. No batch
normalization, as in the paper. First weights: He et al. 2015; without a rectifier before it, a
layer's deviation is smaller by the square root of 2, so that no arm begins louder. The rate of
each arm is chosen on pictures kept for validation; it climbs and falls along a cosine, where the
paper divides it. No augmentation, no dropout, pixels divided by their deviation.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.architectures.he_weights import draw_he_weights
from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.tuned_comparison import TunedComparison
from course_lib.initialization import kaiming_normal_
from course_lib.inspection import count_flops, count_parameters, receptive_field


@dataclass(frozen=True)
class Part:
    """Convolutions of one size, one after the other."""

    kernel_size: int
    num_layers: int
    rectifiers_between: bool = True


PARTS = {
    "one_7x7": Part(7, 1),
    "three_3x3": Part(3, 3),
    "three_3x3_linear": Part(3, 3, rectifiers_between=False),
    "one_5x5": Part(5, 1),
    "two_3x3": Part(3, 2),
}
COMPARED = (
    ("one_7x7", "three_3x3"),
    ("one_7x7", "three_3x3_linear"),
    ("three_3x3_linear", "three_3x3"),
    ("one_5x5", "two_3x3"),
)


@dataclass(frozen=True)
class SmallFilters(TunedComparison):
    name: ClassVar[str] = "small_filters"
    question: ClassVar[str] = "Are three layers of 3x3 better than one of 7x7 that sees as much?"

    channels: int = 64

    def laptop(self) -> "SmallFilters":
        return replace(super().laptop(), epochs=30, search_epochs=15, channels=32)

    def quick(self) -> "SmallFilters":
        return replace(super().quick(), rates=(0.05, 0.02), channels=4)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{self.channels} channels, {self.epochs} passes through {self.num_train:,} pictures "
            f"of {self.data}; our full setting: 64 channels, 40 passes through 45,000. The paper "
            "compares on ImageNet.",
        )

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        runs = {
            arm: self.train(run, arm, partial(FilterNetwork, part, self.channels), pictures)
            for arm, part in PARTS.items()
        }
        counts = {arm: counts_of(part, self.channels) for arm, part in PARTS.items()}
        gains = {
            f"{first} to {second}": runs[first]["test_error"] - runs[second]["test_error"]
            for first, second in COMPARED
        }
        return Findings({"runs": runs, "counts": counts, "test_error_falls_by": gains})


class FilterNetwork(nn.Module):
    """A small network with the part in question at two sizes."""

    def __init__(self, part: Part, channels: int):
        super().__init__()
        self.stem = nn.Conv2d(3, channels, kernel_size=3, padding=1)
        self.part1 = make_part(part, channels)
        self.part2 = make_part(part, channels)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.classifier = nn.Linear(channels, 10)
        draw_he_weights(self)
        if not part.rectifiers_between:
            for layer in (*self.part1[1:], *self.part2[1:]):
                kaiming_normal_(layer.weight, nonlinearity="linear")

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n 10"]:
        x = self.pool(self.relu(self.stem(images)))  # n  channels  16  16
        x = self.pool(self.relu(self.part1(x)))  # n  channels   8   8
        x = self.relu(self.part2(x))  # n  channels   8   8
        return self.classifier(x.mean(dim=(2, 3)))  # n  10


def make_part(part: Part, channels: int, bias: bool = True) -> nn.Sequential:
    """The convolutions, with rectifiers between them if the part has such; none at the end."""
    layers: list[nn.Module] = []
    for number in range(part.num_layers):
        if number and part.rectifiers_between:
            layers.append(nn.ReLU())
        padding = part.kernel_size // 2
        layers.append(nn.Conv2d(channels, channels, part.kernel_size, padding=padding, bias=bias))
    return nn.Sequential(*layers)


def counts_of(part: Part, channels: int) -> dict:
    """What one part costs and sees: without biases, which the paper leaves out of 49 and 27 c^2.

    `operations` are multiplications and additions for each pixel.
    """
    with torch.device("meta"):
        made = make_part(part, channels, bias=False)
    side = 32
    shape = (1, channels, side, side)
    (field, _) = receptive_field(made, shape)[-1].size
    return {
        "parameters": int(count_parameters(made)),
        "parameters_per_squared_channel": int(count_parameters(made)) / channels**2,
        "receptive_field": field,
        "operations": int(count_flops(made, shape)) // side**2,
    }
