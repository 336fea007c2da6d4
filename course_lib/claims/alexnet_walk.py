"""The walk through AlexNet: what each layer gives, and how many parameters it has.

Lectures: kaist ("Architecture", "Number of parameters"), michigan_2025 ("AlexNet"). Source:
Krizhevsky, Sutskever & Hinton 2012, section 3. Sizes are (height, width, channels).
"""

from torch import nn

from course_lib.claims.alexnet import input_side
from course_lib.claims.shapes_only import layers_of, shapes_only, sizes_of
from course_lib.inspection import count_parameters
from course_lib.layers import output_size


def convolutions_and_fully_connected() -> list[int]:
    """How many layers of each kind there are."""
    return [len(layers_of("alexnet", nn.Conv2d)), len(layers_of("alexnet", nn.Linear))]


def output_of(layer: str) -> list[int]:
    """What a layer gives for one image; the third pooling is pool5."""
    return sizes_of("alexnet")[layer]


def inputs_and_outputs_of(layer: str) -> list[int]:
    """The two sides of a fully connected layer's matrix."""
    linear = shapes_only("alexnet").get_submodule(layer)
    return [linear.in_features, linear.out_features]


def parameters_of(layer: str) -> int:
    """Its weights, each kernel with the channels it sees, and its biases."""
    return count_parameters(shapes_only("alexnet").get_submodule(layer)).total


def weights_of(layer: str) -> int:
    """Its weights alone, the biases left out."""
    return shapes_only("alexnet").get_submodule(layer).weight.numel()


def conv1_kernel() -> list[int]:
    """Height, width, channels and number of the kernels of the first layer."""
    kernels, channels, height, width = shapes_only("alexnet").conv1.weight.shape
    return [height, width, channels, kernels]


def conv1_as_fully_connected() -> int:
    """The weights of a layer that joins each of 224x224x3 numbers with each of 55x55x96.

    224 is the side of an image in the paper, section 3.5.
    """
    height, width, channels = sizes_of("alexnet")["conv1"]
    return 224**2 * 3 * height * width * channels


def outputs_saved_by_the_stride() -> float:
    """How many times more numbers the first layer would give with stride 1."""
    side = input_side()
    return output_size(side, 11)[0] ** 2 / output_size(side, 11, stride=4)[0] ** 2


def fully_connected_layers_hold_most() -> bool:
    """Whether the three fully connected layers hold more than half of all parameters."""
    whole = count_parameters(shapes_only("alexnet"))
    return sum(map(parameters_of, ("fc6", "fc7", "fc8"))) > whole / 2
