"""A VGG small enough for a CPU: five stages of one convolution, two fully connected layers.

Source: the plan is that of Simonyan & Zisserman 2014 (see `course_lib.architectures.vgg`), with
batch normalization; the widths are ours.
"""

from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

WIDTHS = (16, 32, 64, 96, 128)
MAP_SHAPE = (128, 3, 3)


def small_classifier(num_classes: int) -> "SmallClassifier":
    """96x96 images, `num_classes` scores."""
    return SmallClassifier(num_classes)


class SmallClassifier(nn.Module):
    def __init__(self, num_classes: int):
        super().__init__()
        channels = (3, *WIDTHS)
        stages = [_stage(*pair) for pair in pairwise(channels)]
        self.stage1, self.stage2, self.stage3, self.stage4, self.stage5 = stages
        self.classifier = nn.Sequential(
            nn.Linear(128 * 3 * 3, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, num_classes)
        )

    def forward(self, images: Float[Tensor, "n 3 96 96"]) -> Float[Tensor, "n classes"]:
        x = self.stage1(images)  # n  16  48  48
        x = self.stage2(x)  # n  32  24  24
        x = self.stage3(x)  # n  64  12  12
        x = self.stage4(x)  # n  96   6   6
        x = self.stage5(x)  # n 128   3   3
        return self.classifier(x.flatten(1))  # n classes


def _stage(in_channels: int, out_channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
