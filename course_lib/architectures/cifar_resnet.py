"""ResNet for 32x32 images, and the plain network it is compared with.

Paper: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2015,
arXiv:1512.03385, section 4.2.
Differs from the paper: nowhere. (`resnet18` is the ImageNet network of table 1.)
"""

from collections.abc import Callable
from functools import partial

from jaxtyping import Float
from torch import Tensor, nn

from course_lib.architectures.depths import num_blocks_for
from course_lib.architectures.he_weights import draw_he_weights
from course_lib.architectures.residual_blocks import PlainBlock, ResidualBlock, conv, stage


def cifar_resnet(depth: int, shortcut: str = "A", num_classes: int = 10) -> "CifarResNet":
    """The residual network of 6n + 2 layers; 269,722 parameters at depth 20.

    The paper tries depths 20, 32, 44, 56, 110 and 1202, with shortcuts that have no parameters
    (option "A"). "B" projects them where the size changes, "C" everywhere.
    """
    num_blocks = num_blocks_for(depth, 6, 2, "cifar_resnet")
    return CifarResNet(partial(ResidualBlock, shortcut=shortcut), num_blocks, num_classes)


def cifar_plain(depth: int, num_classes: int = 10) -> "CifarResNet":
    """`cifar_resnet` without its shortcuts: the same layers, the same number of parameters."""
    num_blocks = num_blocks_for(depth, 6, 2, "cifar_plain")
    return CifarResNet(PlainBlock, num_blocks, num_classes)


class CifarResNet(nn.Module):
    """Three stages of `num_blocks` blocks each; what a block is, `block` decides."""

    def __init__(
        self, block: Callable[[int, int, int], nn.Module], num_blocks: int, num_classes: int
    ):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, 3), nn.BatchNorm2d(16), nn.ReLU())
        self.stage1 = stage(block, num_blocks, 16, 16, stride=1)
        self.stage2 = stage(block, num_blocks, 16, 32, stride=2)
        self.stage3 = stage(block, num_blocks, 32, 64, stride=2)
        self.classifier = nn.Linear(64, num_classes)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        x = self.stem(images)  # n  16  32  32
        x = self.stage1(x)  # n  16  32  32
        x = self.stage2(x)  # n  32  16  16
        x = self.stage3(x)  # n  64   8   8
        x = x.mean(dim=(2, 3))  # n  64
        return self.classifier(x)  # n  classes
