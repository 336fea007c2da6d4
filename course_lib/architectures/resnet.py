"""Residual networks for ImageNet.

Paper: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2015,
arXiv:1512.03385, section 3 and table 1.
Differs from the paper: nowhere, as long as `weights` is None.

torchvision's networks of 50 layers and more halve the picture in the 3x3 convolution of a
bottleneck, the paper's in the 1x1 before it. No shape of a weight tells the two apart: the weights
of one load into the other without a murmur and give other scores. So `stride_in`, where it is
left out, follows the weights: "3x3" with torchvision's, "1x1" without; and torchvision's weights
in the paper's network are refused. With 18 and 34 layers both networks are the same.
"""

from collections.abc import Callable, Mapping
from functools import partial

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.he_weights import draw_he_weights
from course_lib.architectures.residual_blocks import Bottleneck, ResidualBlock, conv, stage
from course_lib.architectures.torchvision_weights import load_torchvision

Weights = str | Mapping[str, Tensor] | None
TORCHVISION_NAMES = {
    "layer1.": "conv2_x.",
    "layer2.": "conv3_x.",
    "layer3.": "conv4_x.",
    "layer4.": "conv5_x.",
    "downsample.": "shortcut.",
    "bn": "norm",
    "fc.": "classifier.",
}


def resnet18(num_classes: int = 1000, weights: Weights = None, shortcut: str = "B") -> "ResNet":
    """18 layers, 11,689,512 parameters with 1000 classes. Shortcut "A", "B", "C": table 3."""
    block = partial(ResidualBlock, shortcut=shortcut)
    model = ResNet(block, (2, 2, 2, 2), 64, num_classes)
    return _like_torchvision("resnet18", model, weights)


def resnet34(num_classes: int = 1000, weights: Weights = None, shortcut: str = "B") -> "ResNet":
    """34 layers, 21,797,672 parameters with 1000 classes. Shortcut "A", "B", "C": table 3."""
    block = partial(ResidualBlock, shortcut=shortcut)
    model = ResNet(block, (3, 4, 6, 3), 64, num_classes)
    return _like_torchvision("resnet34", model, weights)


def resnet50(
    num_classes: int = 1000, weights: Weights = None, stride_in: str | None = None
) -> "ResNet":
    """50 layers, 25,557,032 parameters with 1000 classes. `stride_in`: see above."""
    model = ResNet(_bottleneck(weights, stride_in), (3, 4, 6, 3), 256, num_classes)
    return _like_torchvision("resnet50", model, weights)


def resnet101(
    num_classes: int = 1000, weights: Weights = None, stride_in: str | None = None
) -> "ResNet":
    """101 layers, 44,549,160 parameters with 1000 classes. `stride_in`: see above."""
    model = ResNet(_bottleneck(weights, stride_in), (3, 4, 23, 3), 256, num_classes)
    return _like_torchvision("resnet101", model, weights)


def resnet152(
    num_classes: int = 1000, weights: Weights = None, stride_in: str | None = None
) -> "ResNet":
    """152 layers, 60,192,808 parameters with 1000 classes. `stride_in`: see above."""
    model = ResNet(_bottleneck(weights, stride_in), (3, 8, 36, 3), 256, num_classes)
    return _like_torchvision("resnet152", model, weights)


def _bottleneck(weights: Weights, stride_in: str | None) -> Callable[[int, int, int], Bottleneck]:
    """The block of the deeper networks, with its stride where the weights expect it."""
    if weights is not None and stride_in == "1x1":
        raise ValueError(
            "stride_in '1x1' does not go with torchvision's weights, which were trained with the "
            "stride in the 3x3 convolution; leave stride_in out, or leave weights out."
        )
    if stride_in is None:
        stride_in = "1x1" if weights is None else "3x3"
    return partial(Bottleneck, shortcut="B", stride_in=stride_in)


def _like_torchvision(builder: str, model: "ResNet", weights: Weights) -> "ResNet":
    if weights is not None:
        load_torchvision(model, weights, builder, _our_name)
    return model


def _our_name(key: str) -> str:
    """torchvision's name of a parameter, in the paper's words."""
    for theirs, ours in TORCHVISION_NAMES.items():
        key = key.replace(theirs, ours)
    return key


class ResNet(nn.Module):
    """`conv1` and `conv2_x` to `conv5_x` are the names of table 1. Shapes below: 224x224 input.

    `width` is the number of maps that conv2_x makes: 64, or 256 with bottlenecks (in brackets).
    """

    def __init__(
        self,
        block: Callable[[int, int, int], nn.Module],
        num_blocks: tuple[int, int, int, int],
        width: int,
        num_classes: int,
    ):
        super().__init__()
        self.conv1 = conv(3, 64, 7, stride=2)
        self.norm1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.conv2_x = stage(block, num_blocks[0], 64, width, stride=1)
        self.conv3_x = stage(block, num_blocks[1], width, 2 * width, stride=2)
        self.conv4_x = stage(block, num_blocks[2], 2 * width, 4 * width, stride=2)
        self.conv5_x = stage(block, num_blocks[3], 4 * width, 8 * width, stride=2)
        self.classifier = nn.Linear(8 * width, num_classes)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        x = F.relu(self.norm1(self.conv1(images)))  # n   64 112 112
        x = self.pool(x)  # n   64  56  56
        x = self.conv2_x(x)  # n   64  56  56  ( 256)
        x = self.conv3_x(x)  # n  128  28  28  ( 512)
        x = self.conv4_x(x)  # n  256  14  14  (1024)
        x = self.conv5_x(x)  # n  512   7   7  (2048)
        x = x.mean(dim=(2, 3))  # n  512          (2048)
        return self.classifier(x)  # n  classes
