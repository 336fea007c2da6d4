"""AlexNet's layers, parameters, outputs and first weights.

Lectures: colorado_2024, "Architecture"; colorado_2025, "AlexNet Architecture", "Training Settings".
Source: Krizhevsky, Sutskever & Hinton 2012, sections 3 to 5.
"""

import torch
from torch import Generator, nn

from course_lib.architectures import find_network
from course_lib.claims.shapes_only import layers_of, shapes_only
from course_lib.initialization import alexnet_
from course_lib.inspection import count_parameters, output_shapes


def num_parameters() -> int:
    """All weights and biases of the network of two groups."""
    return count_parameters(shapes_only("alexnet")).total


def convolutions_and_poolings() -> list[int]:
    """How many layers convolve and how many pool."""
    return [len(layers_of("alexnet", kind)) for kind in (nn.Conv2d, nn.MaxPool2d)]


def kinds_of_layers() -> list[int]:
    """How many layers convolve, pool, and are fully connected."""
    return [*convolutions_and_poolings(), len(layers_of("alexnet", nn.Linear))]


def layers_with_weights() -> int:
    """The layers that learn: convolutions and fully connected ones."""
    return len(layers_of("alexnet", nn.Conv2d)) + len(layers_of("alexnet", nn.Linear))


def num_outputs() -> int:
    """The scores for one image."""
    return _shapes()[-1].output_shape[1]


def first_layer_filters() -> list[int]:
    """The number of filters in the first convolution, and their side in pixels."""
    first = layers_of("alexnet", nn.Conv2d)[0]
    return [first.out_channels, first.kernel_size[0]]


def dropout_probability_and_layers() -> list[float]:
    """The probability to drop a unit, and how many layers' outputs are thinned in one pass."""
    dropped = [layer for layer in _shapes() if layer.name == "dropout"]
    return [shapes_only("alexnet").dropout.p, len(dropped)]


def convolutions_with_dropout() -> int:
    """How many convolutions come after the first dropout or directly before one."""
    kinds = [layer.kind for layer in _shapes()]
    first = kinds.index("DropoutScaledAtTest")
    return kinds[first - 1 :].count("Conv2d")


def more_layers_than_lenet() -> bool:
    """Whether it has more convolutions, and more poolings, than LeNet-5 in its modern form."""
    kinds = (nn.Conv2d, nn.MaxPool2d)
    lenet = [len(layers_of("lenet5_modern", kind)) for kind in kinds]
    return all(ours > old for ours, old in zip(convolutions_and_poolings(), lenet, strict=True))


def first_biases() -> list[int]:
    """The different values that the biases begin with."""
    return sorted({int(bias) for layer in _small_start() for bias in layer.bias.unique()})


def first_deviation() -> float:
    """The standard deviation of the first weights, of a sample of four million."""
    return float(max((layer.weight for layer in _small_start()), key=torch.numel).detach().std())


def _shapes():
    return output_shapes(shapes_only("alexnet"), (1, *find_network("alexnet").input_shape))


def _small_start() -> list[nn.Module]:
    """Layers in the order of AlexNet's, but narrow, drawn by its rule: quick, and the same rule."""
    layers = [nn.Conv2d(1, 2, 1), *(nn.Conv2d(2, 2, 1) for _ in range(4))]
    layers += [nn.Linear(2, 2000), nn.Linear(2000, 2000), nn.Linear(2000, 2)]
    alexnet_(nn.ModuleList(layers), Generator().manual_seed(0))
    return layers
