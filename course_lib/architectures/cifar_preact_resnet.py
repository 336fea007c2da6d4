"""Residual networks for 32x32 images whose shortcuts nothing interrupts.

Paper: He, Zhang, Ren & Sun, "Identity mappings in deep residual networks", 2016,
arXiv:1603.05027, figure 4 (e), section 4, appendix.
Differs from the paper: nowhere. It does not say how a unit that changes its size begins; as in
the code its authors published, the activation there comes before the two ways part, and the
shortcut is a bare 1x1 convolution. With zero-padded shortcuts x itself goes on.
"""

from functools import partial

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.depths import num_blocks_for
from course_lib.architectures.he_weights import draw_he_weights
from course_lib.architectures.residual_blocks import conv, stage
from course_lib.architectures.shortcuts import make_shortcut


def cifar_preact_resnet(
    depth: int, bottleneck: bool = False, shortcut: str | None = None, num_classes: int = 10
) -> "CifarPreActivationResNet":
    """The network of 6n + 2 layers, or 9n + 2 with units of three layers, the bottlenecks.

    The paper's networks are cifar_preact_resnet(110), (164, bottleneck=True) and
    (1001, bottleneck=True). Shortcuts that change the size are padded with zeros ("A"), those
    of bottlenecks are projected ("B"), unless you say otherwise.
    """
    form = "cifar_preact_resnet" + (" with bottlenecks" if bottleneck else "")
    num_units = num_blocks_for(depth, 9 if bottleneck else 6, 2, form)
    if shortcut is None:
        shortcut = "B" if bottleneck else "A"
    return CifarPreActivationResNet(num_units, bottleneck, shortcut, num_classes)


class PreActivationUnit(nn.Module):
    """x + F(x), where F normalizes and rectifies before it convolves.

    So x reaches the next unit as it is: between two sums there is no activation. A unit whose
    shortcut projects is the exception, and the first one of the network: there the two ways
    part after the activation.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int, shortcut: str):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv(in_channels, out_channels, 3, stride)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = conv(out_channels, out_channels, 3)
        self.shortcut = make_shortcut(shortcut, in_channels, out_channels, stride, normalize=False)
        self.parts_after_activation = isinstance(self.shortcut, nn.Conv2d)

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        active = F.relu(self.norm1(x))  # n  c_in   h      w
        y = F.relu(self.norm2(self.conv1(active)))  # n  c_out  out_h  out_w
        y = self.conv2(y)  # n  c_out  out_h  out_w
        return y + self.shortcut(active if self.parts_after_activation else x)


class PreActivationBottleneck(nn.Module):
    """The same with three convolutions; the middle one works on a quarter of the channels."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, shortcut: str):
        super().__init__()
        narrow = out_channels // 4
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = conv(in_channels, narrow, 1, stride)
        self.norm2 = nn.BatchNorm2d(narrow)
        self.conv2 = conv(narrow, narrow, 3)
        self.norm3 = nn.BatchNorm2d(narrow)
        self.conv3 = conv(narrow, out_channels, 1)
        self.shortcut = make_shortcut(shortcut, in_channels, out_channels, stride, normalize=False)
        self.parts_after_activation = isinstance(self.shortcut, nn.Conv2d)

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        active = F.relu(self.norm1(x))  # n  c_in       h      w
        y = F.relu(self.norm2(self.conv1(active)))  # n  c_out / 4  out_h  out_w
        y = F.relu(self.norm3(self.conv2(y)))  # n  c_out / 4  out_h  out_w
        y = self.conv3(y)  # n  c_out      out_h  out_w
        return y + self.shortcut(active if self.parts_after_activation else x)


class CifarPreActivationResNet(nn.Module):
    """Three stages of `num_units` units each. In brackets: with bottlenecks."""

    def __init__(self, num_units: int, bottleneck: bool, shortcut: str, num_classes: int):
        super().__init__()
        unit = partial(
            PreActivationBottleneck if bottleneck else PreActivationUnit, shortcut=shortcut
        )
        width = 64 if bottleneck else 16
        self.stem = conv(3, 16, 3)
        self.stage1 = stage(unit, num_units, 16, width, stride=1)
        self.stage1[0].parts_after_activation = True
        self.stage2 = stage(unit, num_units, width, 2 * width, stride=2)
        self.stage3 = stage(unit, num_units, 2 * width, 4 * width, stride=2)
        self.final_norm = nn.BatchNorm2d(4 * width)
        self.classifier = nn.Linear(4 * width, num_classes)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        x = self.stem(images)  # n  16  32  32
        x = self.stage1(x)  # n  16  32  32  ( 64)
        x = self.stage2(x)  # n  32  16  16  (128)
        x = self.stage3(x)  # n  64   8   8  (256)
        x = F.relu(self.final_norm(x)).mean(dim=(2, 3))  # n  64          (256)
        return self.classifier(x)  # n  classes
