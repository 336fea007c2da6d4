"""ZFNet: AlexNet with a finer first layer, found by looking at what AlexNet had learned.

Paper: Zeiler & Fergus, "Visualizing and understanding convolutional networks", 2013,
arXiv:1311.2901, figure 3 (network), section 3 (first weights, dropout), table 2 (wide one).
Differs from the paper: it tells neither the padding nor the constants of the normalization.
A padding of 1 in the first convolution, none in the second, and poolings that round up give
the sizes of figure 3: 110, 55, 26, 13, 6. The constants are AlexNet's. "All weights are
initialized to 10^-2" is read as a standard deviation. The softmax is left to the loss.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.input_size import check_size
from course_lib.layers.modules import DropoutScaledAtTest, SummedResponseNorm


def zfnet(num_classes: int = 1000, generator: torch.Generator | None = None) -> "ZFNet":
    """Figure 3: 62,357,608 parameters with 1000 classes, 224x224 input; scores."""
    return ZFNet(num_classes, (384, 384, 256), generator)


def zfnet_wide(num_classes: int = 1000, generator: torch.Generator | None = None) -> "ZFNet":
    """Table 2, model (b), which lectures often show: more maps in layers 3, 4 and 5."""
    return ZFNet(num_classes, (512, 1024, 512), generator)


class ZFNet(nn.Module):
    """`maps`: how many maps layers 3, 4 and 5 have."""

    def __init__(
        self,
        num_classes: int,
        maps: tuple[int, int, int],
        generator: torch.Generator | None = None,
    ):
        super().__init__()
        third, fourth, fifth = maps
        self.conv1 = nn.Conv2d(3, 96, kernel_size=7, stride=2, padding=1)
        self.pool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.norm1 = SummedResponseNorm()
        self.conv2 = nn.Conv2d(96, 256, kernel_size=5, stride=2)
        self.pool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.norm2 = SummedResponseNorm()
        self.conv3 = nn.Conv2d(256, third, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(third, fourth, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(fourth, fifth, kernel_size=3, padding=1)
        self.pool5 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.fc6 = nn.Linear(fifth * 6 * 6, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, num_classes)
        self.dropout = DropoutScaledAtTest(0.5)
        for layer in self.children():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.normal_(layer.weight, std=0.01, generator=generator)
                nn.init.zeros_(layer.bias)

    def forward(self, images: Float[Tensor, "n 3 224 224"]) -> Float[Tensor, "n classes"]:
        check_size(images, 224)
        x = F.relu(self.conv1(images))  # n  96 110 110
        x = self.norm1(self.pool1(x))  # n  96  55  55
        x = F.relu(self.conv2(x))  # n 256  26  26
        x = self.norm2(self.pool2(x))  # n 256  13  13
        x = F.relu(self.conv3(x))  # n 384  13  13
        x = F.relu(self.conv4(x))  # n 384  13  13
        x = F.relu(self.conv5(x))  # n 256  13  13
        x = self.pool5(x).flatten(1)  # n 9216
        x = self.dropout(F.relu(self.fc6(x)))  # n 4096
        x = self.dropout(F.relu(self.fc7(x)))  # n 4096
        return self.fc8(x)  # n classes
