"""GoogLeNet for 32x32 pictures, as narrow as one likes, with or without its two heads.

Paper: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv:1409.4842, table 1.
Differs from the paper: the widths are divided; the convolutions below the modules are of 3x3 with
stride 1, on 32x32 and 16x16 pixels; no response normalization; the heads pool 8x8 maps to 2x2.
"""

from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.googlenet import AUXILIARY_WEIGHT
from course_lib.architectures.he_weights import draw_he_weights
from course_lib.architectures.inception import Inception

# The columns of table 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj.
TABLE_1 = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


class LossWithHeads:
    """The loss at the end, and 0.3 times that of each head that spoke.

    A training loop hands on the scores of the end alone, which errors are counted by. So the
    network leaves what its heads say here, in `said`.
    """

    def __init__(self):
        self.said: tuple[Tensor, ...] = ()

    def __call__(
        self, scores: Float[Tensor, "n classes"], labels: Int64[Tensor, "n"]
    ) -> Float[Tensor, ""]:
        return sum(self.parts(scores, labels).values())

    def parts(
        self, scores: Float[Tensor, "n classes"], labels: Int64[Tensor, "n"]
    ) -> dict[str, Float[Tensor, ""]]:
        """What the "end" and the "heads" add to the loss; without heads the end alone."""
        found = {"end": F.cross_entropy(scores, labels)}
        if self.said:
            losses = [F.cross_entropy(said.float(), labels) for said in self.said]
            found["heads"] = AUXILIARY_WEIGHT * sum(losses)
        return found


class SmallGoogLeNet(nn.Module):
    """Give the loss to have heads; without one there are none.

    The heads are made last, so from one seed both networks begin with the same weights.
    """

    def __init__(self, divide_by: int, loss: LossWithHeads | None):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64 // divide_by, kernel_size=3, padding=1)
        self.conv2_reduce = nn.Conv2d(64 // divide_by, 64 // divide_by, kernel_size=1)
        self.conv2 = nn.Conv2d(64 // divide_by, 192 // divide_by, kernel_size=3, padding=1)
        in_channels = 192 // divide_by
        for name, columns in TABLE_1.items():
            widths = [width // divide_by for width in columns]
            self.add_module(f"inception_{name}", Inception(in_channels, *widths))
            in_channels = num_maps(name, divide_by)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.dropout = nn.Dropout(0.4)
        self.classifier = nn.Linear(in_channels, 10)
        draw_he_weights(self)
        self.loss = loss
        self.head_4a, self.head_4d = None, None
        if loss is not None:
            self.head_4a = SmallHead(num_maps("4a", divide_by), divide_by)
            self.head_4d = SmallHead(num_maps("4d", divide_by), divide_by)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n 10"]:
        x = self.pool(F.relu(self.conv1(images)))  # n   64  16  16  (of undivided widths)
        x = F.relu(self.conv2(F.relu(self.conv2_reduce(x))))  # n  192  16  16
        x = self.inception_3b(self.inception_3a(x))  # n  480  16  16
        after_4a = self.inception_4a(self.pool(x))  # n  512   8   8
        after_4d = self.inception_4d(self.inception_4c(self.inception_4b(after_4a)))  # n 528 8 8
        x = self.pool(self.inception_4e(after_4d))  # n  832   4   4
        x = self.inception_5b(self.inception_5a(x))  # n 1024   4   4
        if self.training and self.loss is not None:
            self.loss.said = (self.head_4a(after_4a), self.head_4d(after_4d))
        return self.classifier(self.dropout(x.mean(dim=(2, 3))))  # n   10


class SmallHead(nn.Module):
    """A classifier on the maps of a module half-way, as in section 5."""

    def __init__(self, in_channels: int, divide_by: int):
        super().__init__()
        self.pool = nn.AvgPool2d(5, stride=3)
        self.conv = nn.Conv2d(in_channels, 128 // divide_by, kernel_size=1)
        self.fc1 = nn.Linear(128 // divide_by * 2 * 2, 1024 // divide_by)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024 // divide_by, 10)
        draw_he_weights(self)

    def forward(self, x: Float[Tensor, "n c 8 8"]) -> Float[Tensor, "n 10"]:
        x = F.relu(self.conv(self.pool(x))).flatten(1)  # n 128 * 2 * 2
        return self.fc2(self.dropout(F.relu(self.fc1(x))))  # n 10


def num_maps(module: str, divide_by: int) -> int:
    """How many maps a module gives: those of its four branches together."""
    one, _, three, _, five, projected = TABLE_1[module]
    return sum(width // divide_by for width in (one, three, five, projected))
