"""The walk through AlexNet: what each layer gives, and how many parameters it has.

Lectures: kaist ("Architecture", "Number of parameters"), michigan_2025 ("AlexNet"). Source:
Krizhevsky, Sutskever & Hinton 2012, section 3. Sizes are (height, width, channels).
"""

from torch import nn

from course_lib.claims.alexnet_layers import input_side
from course_lib.claims.shapes_only import layers_of, shapes_only, sizes_of
from course_lib.inspection import count_parameters
from course_lib.layers import output_size


def convolutions_and_fully_connected() -> list[int]:
    """How many layers of each kind there are."""
    return [len(layers_of("alexnet", nn.Conv2d)), len(layers_of("alexnet", nn.Linear))]


def conv1_output() -> list[int]:
    return sizes_of("alexnet")["conv1"]


def norm1_output() -> list[int]:
    return sizes_of("alexnet")["norm1"]


def pool1_output() -> list[int]:
    return sizes_of("alexnet")["pool1"]


def conv2_output() -> list[int]:
    return sizes_of("alexnet")["conv2"]


def norm2_output() -> list[int]:
    return sizes_of("alexnet")["norm2"]


def pool2_output() -> list[int]:
    return sizes_of("alexnet")["pool2"]


def conv3_output() -> list[int]:
    return sizes_of("alexnet")["conv3"]


def conv4_output() -> list[int]:
    return sizes_of("alexnet")["conv4"]


def conv5_output() -> list[int]:
    return sizes_of("alexnet")["conv5"]


def pool5_output() -> list[int]:
    """The lectures call it MaxPool3: the third pooling, behind the fifth convolution."""
    return sizes_of("alexnet")["pool5"]


def fc6_inputs_and_outputs() -> list[int]:
    return _inputs_and_outputs("fc6")


def fc7_inputs_and_outputs() -> list[int]:
    return _inputs_and_outputs("fc7")


def fc8_inputs_and_outputs() -> list[int]:
    return _inputs_and_outputs("fc8")


def conv1_kernel() -> list[int]:
    """Height, width, channels and number of the kernels of the first layer."""
    kernels, channels, height, width = shapes_only("alexnet").conv1.weight.shape
    return [height, width, channels, kernels]


def conv1_parameters() -> int:
    """11 * 11 * 3 * 96 weights and 96 biases."""
    return _parameters("conv1")


def conv2_parameters() -> int:
    """5 * 5 * 48 * 256 and 256: each kernel sees the 48 maps of its own half."""
    return _parameters("conv2")


def conv3_parameters() -> int:
    """3 * 3 * 256 * 384 and 384: here each kernel sees both halves."""
    return _parameters("conv3")


def conv4_parameters() -> int:
    """3 * 3 * 192 * 384 and 384."""
    return _parameters("conv4")


def conv5_parameters() -> int:
    """3 * 3 * 192 * 256 and 256."""
    return _parameters("conv5")


def fc6_parameters() -> int:
    """9216 * 4096 and 4096."""
    return _parameters("fc6")


def fc7_parameters() -> int:
    """4096 * 4096 and 4096."""
    return _parameters("fc7")


def fc8_parameters() -> int:
    """4096 * 1000 and 1000."""
    return _parameters("fc8")


def conv1_as_fully_connected() -> int:
    """The weights of a layer that joins each of 227x227x3 numbers with each of 55x55x96."""
    height, width, channels = sizes_of("alexnet")["conv1"]
    return input_side() ** 2 * 3 * height * width * channels


def conv2_kernel_depth() -> int:
    """The channels that a kernel of the second convolution sees, of the 96 that enter it."""
    return shapes_only("alexnet").conv2.weight.shape[1]


def outputs_saved_by_the_stride() -> float:
    """How many times more numbers the first layer would give with stride 1."""
    side = input_side()
    return output_size(side, 11)[0] ** 2 / output_size(side, 11, stride=4)[0] ** 2


def dropout_rate() -> float:
    return shapes_only("alexnet").dropout.p


def fully_connected_layers_hold_most() -> bool:
    """Whether the three fully connected layers hold more than half of all parameters."""
    whole = count_parameters(shapes_only("alexnet"))
    return sum(map(_parameters, ("fc6", "fc7", "fc8"))) > whole / 2


def _inputs_and_outputs(name: str) -> list[int]:
    layer = shapes_only("alexnet").get_submodule(name)
    return [layer.in_features, layer.out_features]


def _parameters(name: str) -> int:
    return count_parameters(shapes_only("alexnet").get_submodule(name)).total
