"""AlexNet in one tower: what torchvision calls `alexnet`.

Paper: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014,
arXiv:1404.5997, section 5.
Differs from the paper: conv4 has 256 kernels, as in torchvision. The paper's footnote says 384,
which would make 61,838,248 parameters, 1.4 % more than the network of 2012; its text says 0.2 %
more, which is what 256 gives. As in torchvision there is no response normalization, the
pooling before the classifier adapts to other image sizes, dropout acts on the inputs of the
first two fully connected layers, and the scores go into a softmax (the paper trains 1000
logistic units). The first weights are those of 2012.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.alexnet import draw_alexnet_weights
from course_lib.architectures.torchvision_weights import load_torchvision

# torchvision's names are positions in two lists.
CONVOLUTIONS = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}
FULLY_CONNECTED = {"fc6": 1, "fc7": 4, "fc8": 6}
NAMES = {
    f"{part}.{position}.{parameter}": f"{layer}.{parameter}"
    for part, positions in (("features", CONVOLUTIONS), ("classifier", FULLY_CONNECTED))
    for layer, position in positions.items()
    for parameter in ("weight", "bias")
}


def alexnet_one_tower(
    num_classes: int = 1000,
    weights: str | Mapping[str, Tensor] | None = None,
    generator: torch.Generator | None = None,
) -> "AlexNetOneTower":
    """61,100,840 parameters with 1000 classes, 224x224 input; scores, before the softmax.

    `weights` is "torchvision" or a state dict of torchvision's `alexnet`.
    """
    model = AlexNetOneTower(num_classes)
    if weights is None:
        draw_alexnet_weights(model, generator)
    else:
        load_torchvision(model, weights, "alexnet", NAMES)
    return model


class AlexNetOneTower(nn.Module):
    def __init__(self, num_classes: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)
        self.pool1 = nn.MaxPool2d(3, stride=2)
        self.conv2 = nn.Conv2d(64, 192, kernel_size=5, padding=2)
        self.pool2 = nn.MaxPool2d(3, stride=2)
        self.conv3 = nn.Conv2d(192, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 256, kernel_size=3, padding=1)
        self.conv5 = nn.Conv2d(256, 256, kernel_size=3, padding=1)
        self.pool5 = nn.MaxPool2d(3, stride=2)
        self.any_size = nn.AdaptiveAvgPool2d(6)
        self.dropout = nn.Dropout(0.5)
        self.fc6 = nn.Linear(256 * 6 * 6, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, num_classes)

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        x = F.relu(self.conv1(images))  # n  64  55  55  (of 224x224 images)
        x = self.pool1(x)  # n  64  27  27
        x = F.relu(self.conv2(x))  # n 192  27  27
        x = self.pool2(x)  # n 192  13  13
        x = F.relu(self.conv3(x))  # n 384  13  13
        x = F.relu(self.conv4(x))  # n 256  13  13
        x = F.relu(self.conv5(x))  # n 256  13  13
        x = self.pool5(x)  # n 256   6   6
        x = self.any_size(x).flatten(1)  # n 9216
        x = F.relu(self.fc6(self.dropout(x)))  # n 4096
        x = F.relu(self.fc7(self.dropout(x)))  # n 4096
        return self.fc8(x)  # n classes
