"""DenseNet for 32x32 images.

Paper: Huang, Liu, van der Maaten & Weinberger, "Densely connected convolutional networks",
CVPR 2017, arXiv:1608.06993, sections 3 and 4.2, table 2.
Differs from the paper: nowhere. As in its authors' code, the last block is normalized and
rectified before the mean, which the text does not say.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.dense_blocks import (
    DenseBlock,
    DenseBottleneck,
    DenseLayer,
    Transition,
)
from course_lib.architectures.depths import num_blocks_for
from course_lib.architectures.he_weights import draw_he_weights


def cifar_densenet(
    depth: int,
    growth_rate: int,
    bottleneck: bool = True,
    reduction: float = 0.5,
    dropout: float = 0.0,
    num_classes: int = 10,
) -> "CifarDenseNet":
    """DenseNet-BC of 6n + 4 layers, or of 3n + 4 without bottlenecks (L and k in the paper).

    `reduction` is the share of maps a transition keeps (theta). The paper's plain DenseNet is
    cifar_densenet(40, 12, bottleneck=False, reduction=1.0), B has bottlenecks alone, C the
    reduction alone. Where it trains without augmentation, `dropout` is 0.2.
    """
    if growth_rate < 1:
        raise ValueError(f"growth_rate is {growth_rate}; each layer must add one map or more.")
    if not 0 < reduction <= 1:
        raise ValueError(f"reduction is {reduction}; a transition keeps a share in (0, 1].")
    form = "cifar_densenet" + ("" if bottleneck else " without bottlenecks")
    num_layers = num_blocks_for(depth, 6 if bottleneck else 3, 4, form)
    return CifarDenseNet(num_layers, growth_rate, bottleneck, reduction, dropout, num_classes)


class CifarDenseNet(nn.Module):
    """Three dense blocks of `num_layers` layers each. Shapes below: depth 40, k = 12, plain."""

    def __init__(
        self,
        num_layers: int,
        growth_rate: int,
        bottleneck: bool,
        reduction: float,
        dropout: float,
        num_classes: int,
    ):
        super().__init__()
        layer = DenseBottleneck if bottleneck else DenseLayer
        width = 2 * growth_rate if bottleneck and reduction < 1 else 16
        self.conv = nn.Conv2d(3, width, kernel_size=3, padding=1, bias=False)
        self.dense1 = DenseBlock(layer, num_layers, width, growth_rate, dropout)
        self.transition1 = Transition(self.dense1.out_channels, reduction, dropout)
        width = self.transition1.out_channels
        self.dense2 = DenseBlock(layer, num_layers, width, growth_rate, dropout)
        self.transition2 = Transition(self.dense2.out_channels, reduction, dropout)
        width = self.transition2.out_channels
        self.dense3 = DenseBlock(layer, num_layers, width, growth_rate, dropout)
        self.final_norm = nn.BatchNorm2d(self.dense3.out_channels)
        self.classifier = nn.Linear(self.dense3.out_channels, num_classes)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        x = self.conv(images)  # n   16  32  32
        x = self.dense1(x)  # n  160  32  32
        x = self.transition1(x)  # n  160  16  16
        x = self.dense2(x)  # n  304  16  16
        x = self.transition2(x)  # n  304   8   8
        x = self.dense3(x)  # n  448   8   8
        x = F.relu(self.final_norm(x)).mean(dim=(2, 3))  # n  448
        return self.classifier(x)  # n  classes
