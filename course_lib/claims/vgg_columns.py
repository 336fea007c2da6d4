"""The columns of VGG's table.

Lectures: michigan_2025 ("VGG-16"), kaist ("VGGNet"). Source: Simonyan & Zisserman 2015, table 1.
"""

from torch import nn

from course_lib.claims.shapes_only import layers_of, num_layers_with_weights

COLUMNS = ("vgg11", "vgg11_lrn", "vgg13", "vgg16_c", "vgg16", "vgg19")


def depths_of_the_columns() -> list[int]:
    """The different numbers of layers with weights in the columns A, A-LRN, B, C, D and E."""
    return sorted({num_layers_with_weights(name) for name in COLUMNS})


def largest_stages() -> list[int]:
    """The most 3x3 convolutions between two poolings: of D and of E."""
    return [max(len(_convolutions(stage)) for stage in _stages(n)) for n in ("vgg16", "vgg19")]


def stages_and_fully_connected() -> list[int]:
    """The poolings of VGG-19, and its fully connected layers with a ReLU behind them."""
    return [len(_stages("vgg19")), len(layers_of("vgg19", nn.Linear)) - 1]


def one_by_one_kernels() -> int:
    """How many convolutions of column C have kernels of 1x1."""
    return sum(layer.kernel_size == (1, 1) for layer in layers_of("vgg16_c", nn.Conv2d))


def fully_connected_outputs() -> list[int]:
    return [layer.out_features for layer in layers_of("vgg16", nn.Linear)]


def _stages(name: str) -> list[nn.Module]:
    """What lies before each pooling, and the pooling."""
    return [module for module in layers_of(name, nn.Sequential) if _count(module, nn.MaxPool2d)]


def _convolutions(stage: nn.Module) -> list[nn.Module]:
    return [layer for layer in stage if isinstance(layer, nn.Conv2d)]


def _count(stack: nn.Module, kind: type[nn.Module]) -> int:
    return sum(isinstance(layer, kind) for layer in stack.modules())
