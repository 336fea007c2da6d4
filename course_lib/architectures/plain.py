"""Plain networks for ImageNet: the residual ones without their shortcuts.

Paper: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2015,
arXiv:1512.03385, section 3.3, figure 3 (middle) and table 2.
Differs from the paper: nowhere. The class is that of the residual networks, with a block that
adds nothing; so nothing but the shortcuts can differ between the two.
"""

from course_lib.architectures.residual_blocks import PlainBlock
from course_lib.architectures.resnet import ResNet


def plain18(num_classes: int = 1000) -> ResNet:
    """18 layers, as many parameters as `resnet18(shortcut="A")`: 11,515,688 for 1000 classes."""
    return ResNet(PlainBlock, (2, 2, 2, 2), 64, num_classes)


def plain34(num_classes: int = 1000) -> ResNet:
    """34 layers, as many parameters as `resnet34(shortcut="A")`: 21,623,848 for 1000 classes.

    In the paper's table 2 it makes more errors than `plain18`, on the training images, too.
    """
    return ResNet(PlainBlock, (3, 4, 6, 3), 64, num_classes)
