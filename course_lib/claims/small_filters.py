"""VGG: how deep, how large, and what three small filters do in the place of a large one.

Lecture: colorado_2024, "VGG". Source: Simonyan & Zisserman 2015, sections 2.1 to 2.3.
"""

from torch import nn

from course_lib.claims.shapes_only import layers_of, num_layers_with_weights, shapes_only
from course_lib.inspection import count_parameters, receptive_field

CHANNELS = 8


def depths() -> list[int]:
    """Layers with weights in AlexNet, VGG-16 and VGG-19."""
    return [num_layers_with_weights(name) for name in ("alexnet", "vgg16", "vgg19")]


def parameters_of_vgg16() -> int:
    """All weights and biases."""
    return count_parameters(shapes_only("vgg16")).total


def parameters_of_vgg19() -> int:
    """All weights and biases."""
    return count_parameters(shapes_only("vgg19")).total


def field_of_three() -> int:
    """The side of what a unit sees through three 3x3 filters: 3 + 2 + 2."""
    return receptive_field(_stack(3, 3), (1, CHANNELS, 32, 32))[-1].size[0]


def weights_of_three_and_of_one() -> list[float]:
    """The weights of three 3x3 layers and of one 7x7, in units of the squared channels."""
    counts = (count_parameters(_stack(3, 3)).total, count_parameters(_stack(1, 7)).total)
    return [count / CHANNELS**2 for count in counts]


def rectifiers_of_three_and_of_one() -> list[int]:
    """How many rectifiers each of the two has."""
    return [sum(isinstance(layer, nn.ReLU) for layer in _stack(*form)) for form in ((3, 3), (1, 7))]


def filter_sides() -> list[int]:
    """The different sides of the filters in VGG-16 and VGG-19."""
    layers = [*layers_of("vgg16", nn.Conv2d), *layers_of("vgg19", nn.Conv2d)]
    return sorted({side for layer in layers for side in layer.kernel_size})


def _stack(num_layers: int, side: int) -> nn.Sequential:
    """Convolutions without biases, a rectifier after each."""
    convolutions = (
        nn.Conv2d(CHANNELS, CHANNELS, side, padding=side // 2, bias=False)
        for _ in range(num_layers)
    )
    return nn.Sequential(*(layer for conv in convolutions for layer in (conv, nn.ReLU())))
