"""ResNet-50 and VGG-16 in numbers, and which way the networks of the lectures went.

Lecture: michigan_2025, "Residual Networks" and "Summary". Source: He, Zhang, Ren & Sun 2016,
table 1 and section 4.1.
"""

from torch import nn

from course_lib.architectures.residual_blocks import Bottleneck, ResidualBlock
from course_lib.claims.shapes_only import flops_of, layers_of, shapes_only
from course_lib.inspection import count_parameters


def parameters_in_millions() -> list[float]:
    return [count_parameters(shapes_only(name)) / 1e6 for name in ("resnet50", "vgg16")]


def multiply_adds_of_convolutions() -> list[float]:
    """In billions for one image of 224x224; the fully connected layers left out."""
    return [_of_kind(name, "Conv2d") / 1e9 for name in ("resnet50", "vgg16")]


def fully_connected_layers() -> list[int]:
    """Of AlexNet, VGG-16, GoogLeNet as it is used, and ResNet-50."""
    names = ("alexnet", "vgg16", "googlenet_without_heads", "resnet50")
    return [len(layers_of(name, nn.Linear)) for name in names]


def resnet_has_the_fewest_poolings() -> bool:
    """Whether ResNet-50 has fewer max poolings than AlexNet and VGG-16: one, and three and five."""
    ours = _max_poolings("resnet50")
    return all(ours < _max_poolings(name) for name in ("alexnet", "vgg16"))


def last_layer_alone_is_fully_connected() -> bool:
    """Whether ResNet-50 has one fully connected layer, and it is the last with weights."""
    layers = layers_of("resnet50", nn.Conv2d) + layers_of("resnet50", nn.Linear)
    last = list(shapes_only("resnet50").modules())[-1]
    return [layer for layer in layers if isinstance(layer, nn.Linear)] == [last]


def largest_kernels() -> list[int]:
    """The largest side of a kernel in AlexNet, ZFNet and VGG-16."""
    return [_largest_kernel(name) for name in ("alexnet", "zfnet", "vgg16")]


def layers_under_a_shortcut() -> list[int]:
    """The convolutions that one shortcut leads around: in ResNet-34 and in ResNet-50."""
    blocks = layers_of("resnet34", ResidualBlock)[0], layers_of("resnet50", Bottleneck)[0]
    return [sum(name.startswith("conv") for name, _ in block.named_children()) for block in blocks]


def _of_kind(name: str, kind: str) -> int:
    return sum(layer.multiply_adds for layer in flops_of(name).layers if layer.kind == kind)


def _max_poolings(name: str) -> int:
    return len(layers_of(name, nn.MaxPool2d))


def _largest_kernel(name: str) -> int:
    return max(layer.kernel_size[0] for layer in layers_of(name, nn.Conv2d))
