"""GoogLeNet: 22 layers, made of nine inception modules.

Paper: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv:1409.4842, section 5,
table 1 and figure 3.
Differs from the paper: it does not tell the constants of the response normalization, which are
AlexNet's here, nor the first weights, which are He et al.'s for rectified units. The poolings
round up, which gives the sizes of table 1. Dropout scales while training. The softmax is left
to the loss.
torchvision's `googlenet` is another network, and its weights do not fit this one: batch
normalization after every convolution and none of responses, no biases, 3x3 kernels where the
paper has 5x5, one pooling of 2x2.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.he_weights import draw_he_weights
from course_lib.architectures.inception import Inception
from course_lib.architectures.input_size import check_size
from course_lib.layers.modules import SummedResponseNorm

AUXILIARY_WEIGHT = 0.3  # section 5: what the loss of each auxiliary head counts


def googlenet(
    num_classes: int = 1000,
    auxiliary_heads: bool = True,
    generator: torch.Generator | None = None,
) -> "GoogLeNet":
    """224x224 input; with 1000 classes 6,998,552 parameters and 6,379,728 in the two heads.

    While training with heads, a call returns `GoogLeNetScores`, whose loss is `googlenet_loss`.
    In evaluation, and without heads, it returns the scores alone, and takes other sizes too.
    """
    model = GoogLeNet(num_classes, auxiliary_heads)
    draw_he_weights(model, generator)
    return model


class GoogLeNetScores(NamedTuple):
    """What the network says at its end, and what the two heads say on the way there."""

    scores: Float[Tensor, "n classes"]
    head_4a: Float[Tensor, "n classes"]
    head_4d: Float[Tensor, "n classes"]


def googlenet_loss(output: GoogLeNetScores, labels: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
    """Section 5: softmax cross-entropy at the end, plus 0.3 times that of each head.

    The heads hand strong gradients to the early layers; in evaluation they are left out.
    """
    heads = F.cross_entropy(output.head_4a, labels) + F.cross_entropy(output.head_4d, labels)
    return F.cross_entropy(output.scores, labels) + AUXILIARY_WEIGHT * heads


class GoogLeNet(nn.Module):
    """The names of the modules are those of table 1, whose columns are the numbers below."""

    def __init__(self, num_classes: int, auxiliary_heads: bool):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.norm1 = SummedResponseNorm()
        self.conv2_reduce = nn.Conv2d(64, 64, kernel_size=1)
        self.conv2 = nn.Conv2d(64, 192, kernel_size=3, padding=1)
        self.norm2 = SummedResponseNorm()
        self.inception_3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception_3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.inception_4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception_4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception_4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception_4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception_4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.inception_5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception_5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.pool = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.dropout = nn.Dropout(0.4)
        # Before the classifier, as they lie: what replaces a last layer looks for the last one.
        self.head_4a = AuxiliaryHead(512, num_classes) if auxiliary_heads else None
        self.head_4d = AuxiliaryHead(528, num_classes) if auxiliary_heads else None
        self.classifier = nn.Linear(1024, num_classes)

    def forward(
        self, images: Float[Tensor, "n 3 h w"]
    ) -> Float[Tensor, "n classes"] | GoogLeNetScores:
        heads_speak = self.training and self.head_4a is not None
        if heads_speak:
            check_size(images, 224)
        x = F.relu(self.conv1(images))  # n   64 112 112  (of 224x224 images)
        x = self.norm1(self.pool(x))  # n   64  56  56
        x = F.relu(self.conv2_reduce(x))  # n   64  56  56
        x = self.norm2(F.relu(self.conv2(x)))  # n  192  56  56
        x = self.inception_3a(self.pool(x))  # n  256  28  28
        x = self.inception_3b(x)  # n  480  28  28
        after_4a = self.inception_4a(self.pool(x))  # n  512  14  14
        x = self.inception_4b(after_4a)  # n  512  14  14
        x = self.inception_4c(x)  # n  512  14  14
        after_4d = self.inception_4d(x)  # n  528  14  14
        x = self.inception_4e(after_4d)  # n  832  14  14
        x = self.inception_5a(self.pool(x))  # n  832   7   7
        x = self.inception_5b(x)  # n 1024   7   7
        x = self.dropout(x.mean(dim=(2, 3)))  # n 1024
        scores = self.classifier(x)  # n classes
        if heads_speak:
            return GoogLeNetScores(scores, self.head_4a(after_4a), self.head_4d(after_4d))
        return scores


class AuxiliaryHead(nn.Module):
    """Section 5: a small classifier on the maps of a module half-way."""

    def __init__(self, in_channels: int, num_classes: int):
        super().__init__()
        self.pool = nn.AvgPool2d(5, stride=3)
        self.conv = nn.Conv2d(in_channels, 128, kernel_size=1)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024, num_classes)

    def forward(self, x: Float[Tensor, "n c 14 14"]) -> Float[Tensor, "n classes"]:
        x = self.pool(x)  # n  c   4   4
        x = F.relu(self.conv(x)).flatten(1)  # n 2048
        x = self.dropout(F.relu(self.fc1(x)))  # n 1024
        return self.fc2(x)  # n classes
