"""AlexNet, the network that won ImageNet in 2012.

Paper: Krizhevsky, Sutskever & Hinton, "ImageNet classification with deep convolutional neural
networks", NIPS 2012, section 3 (network), 4.2 (dropout), 5 (first weights).
Differs from the paper: the images are 227x227, where it says 224: only 227 gives the 55x55 maps
of its figure 2, since (227 - 11) / 4 + 1 = 55. The two halves that lay on two GPUs are two
groups here. The softmax is left to the loss.
Lectures often show the normalization after the pooling, as CaffeNet, Caffe's variant of the
network, has it; in the paper it comes before. torchvision's `alexnet` is another network:
`alexnet_one_tower`.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.input_size import check_size
from course_lib.layers.modules import DropoutScaledAtTest, SummedResponseNorm

BIASES_OF_ONE = ("conv2", "conv4", "conv5", "fc6", "fc7")


def alexnet(num_classes: int = 1000, generator: torch.Generator | None = None) -> "AlexNet":
    """60,965,224 parameters with 1000 classes, 227x227 input; scores, before the softmax."""
    model = AlexNet(num_classes)
    draw_alexnet_weights(model, generator)
    return model


def draw_alexnet_weights(model: nn.Module, generator: torch.Generator | None = None) -> None:
    """Section 5: weights from N(0, 0.01^2); biases 1 in conv2, 4, 5, fc6 and fc7, else 0.

    The biases of 1 give these rectified units positive inputs at first, so that they learn.
    """
    for name, layer in model.named_children():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.normal_(layer.weight, std=0.01, generator=generator)
            nn.init.constant_(layer.bias, 1 if name in BIASES_OF_ONE else 0)


class AlexNet(nn.Module):
    def __init__(self, num_classes: int):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, kernel_size=11, stride=4)
        self.norm1 = SummedResponseNorm()
        self.pool1 = nn.MaxPool2d(3, stride=2)
        self.conv2 = nn.Conv2d(96, 256, kernel_size=5, padding=2, groups=2)
        self.norm2 = SummedResponseNorm()
        self.pool2 = nn.MaxPool2d(3, stride=2)
        # The one convolution that sees both halves.
        self.conv3 = nn.Conv2d(256, 384, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(384, 384, kernel_size=3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(384, 256, kernel_size=3, padding=1, groups=2)
        self.pool5 = nn.MaxPool2d(3, stride=2)
        self.fc6 = nn.Linear(256 * 6 * 6, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, num_classes)
        self.dropout = DropoutScaledAtTest(0.5)

    def forward(self, images: Float[Tensor, "n 3 227 227"]) -> Float[Tensor, "n classes"]:
        check_size(images, 227)
        x = self.norm1(F.relu(self.conv1(images)))  # n  96  55  55
        x = self.pool1(x)  # n  96  27  27
        x = self.norm2(F.relu(self.conv2(x)))  # n 256  27  27
        x = self.pool2(x)  # n 256  13  13
        x = F.relu(self.conv3(x))  # n 384  13  13
        x = F.relu(self.conv4(x))  # n 384  13  13
        x = F.relu(self.conv5(x))  # n 256  13  13
        x = self.pool5(x).flatten(1)  # n 9216
        x = self.dropout(F.relu(self.fc6(x)))  # n 4096
        x = self.dropout(F.relu(self.fc7(x)))  # n 4096
        return self.fc8(x)  # n classes
