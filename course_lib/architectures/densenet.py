"""DenseNet for ImageNet.

Paper: Huang, Liu, van der Maaten & Weinberger, "Densely connected convolutional networks",
CVPR 2017, arXiv:1608.06993, table 1 and section 4.2.
Differs from the paper: nowhere. Table 1 leaves out what its authors' code has, as we do: the
first convolution is normalized and rectified before the pooling, the last block before the mean.
torchvision has the same networks, but none of 264 layers.
"""

import re
from collections.abc import Mapping

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.dense_blocks import DenseBlock, DenseBottleneck, Transition
from course_lib.architectures.he_weights import draw_he_weights
from course_lib.architectures.torchvision_weights import load_torchvision

GROWTH_RATE = 32
Weights = str | Mapping[str, Tensor] | None


def densenet121(num_classes: int = 1000, weights: Weights = None) -> "DenseNet":
    """121 layers, 7,978,856 parameters with 1000 classes."""
    return _like_torchvision("densenet121", DenseNet((6, 12, 24, 16), num_classes), weights)


def densenet169(num_classes: int = 1000, weights: Weights = None) -> "DenseNet":
    """169 layers, 14,149,480 parameters with 1000 classes."""
    return _like_torchvision("densenet169", DenseNet((6, 12, 32, 32), num_classes), weights)


def densenet201(num_classes: int = 1000, weights: Weights = None) -> "DenseNet":
    """201 layers, 20,013,928 parameters with 1000 classes."""
    return _like_torchvision("densenet201", DenseNet((6, 12, 48, 32), num_classes), weights)


def densenet264(num_classes: int = 1000) -> "DenseNet":
    """33,337,704 parameters with 1000 classes. The paper's name; the rows of its table make 265."""
    return DenseNet((6, 12, 64, 48), num_classes)


def _like_torchvision(builder: str, model: "DenseNet", weights: Weights) -> "DenseNet":
    if weights is not None:
        load_torchvision(model, weights, builder, _our_name)
    return model


def _our_name(key: str) -> str:
    """torchvision's name of a parameter, in ours. Its older files write norm.1 for norm1."""
    key = key.removeprefix("features.")
    key = re.sub(r"^(conv|norm)0\.", r"\1.", key)
    key = re.sub(r"^norm5\.", "final_norm.", key)
    layer = re.match(r"denseblock(\d)\.denselayer(\d+)\.(norm|conv)\.?(\d\..*)", key)
    if layer:
        block, number, kind, rest = layer.groups()
        return f"dense{block}.{int(number) - 1}.{kind}{rest}"
    return key


class DenseNet(nn.Module):
    """Four dense blocks, three transitions. Shapes below: densenet121, 224x224 input."""

    def __init__(self, num_layers: tuple[int, int, int, int], num_classes: int):
        super().__init__()

        def block(number: int, in_channels: int) -> DenseBlock:
            return DenseBlock(DenseBottleneck, num_layers[number - 1], in_channels, GROWTH_RATE)

        self.conv = nn.Conv2d(3, 2 * GROWTH_RATE, kernel_size=7, stride=2, padding=3, bias=False)
        self.norm = nn.BatchNorm2d(2 * GROWTH_RATE)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.dense1 = block(1, 2 * GROWTH_RATE)
        self.transition1 = Transition(self.dense1.out_channels, reduction=0.5)
        self.dense2 = block(2, self.transition1.out_channels)
        self.transition2 = Transition(self.dense2.out_channels, reduction=0.5)
        self.dense3 = block(3, self.transition2.out_channels)
        self.transition3 = Transition(self.dense3.out_channels, reduction=0.5)
        self.dense4 = block(4, self.transition3.out_channels)
        self.final_norm = nn.BatchNorm2d(self.dense4.out_channels)
        self.classifier = nn.Linear(self.dense4.out_channels, num_classes)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        x = F.relu(self.norm(self.conv(images)))  # n   64 112 112
        x = self.pool(x)  # n   64  56  56
        x = self.dense1(x)  # n  256  56  56
        x = self.transition1(x)  # n  128  28  28
        x = self.dense2(x)  # n  512  28  28
        x = self.transition2(x)  # n  256  14  14
        x = self.dense3(x)  # n 1024  14  14
        x = self.transition3(x)  # n  512   7   7
        x = self.dense4(x)  # n 1024   7   7
        x = F.relu(self.final_norm(x)).mean(dim=(2, 3))  # n 1024
        return self.classifier(x)  # n classes
