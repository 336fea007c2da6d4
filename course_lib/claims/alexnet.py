"""AlexNet as a whole: its layers, parameters, units, dropout and first weights.

Lectures: colorado_2024, "Architecture"; colorado_2025, "AlexNet Architecture", "Training Settings";
sharif_2024, "AlexNet". Source: Krizhevsky, Sutskever & Hinton 2012, sections 3 to 5. Maps are
written as a lecture does it: height x width x number. `alexnet_walk` goes layer by layer.
"""

from itertools import pairwise

import torch
from torch import Generator, nn

from course_lib.architectures import find_network
from course_lib.claims.shapes_only import (
    layers_of,
    num_layers_with_weights,
    shapes_only,
    sizes_of,
)
from course_lib.initialization import alexnet_
from course_lib.inspection import count_neurons, count_parameters, output_shapes
from course_lib.layers import output_size

WITH_MAPS = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")


def num_parameters() -> int:
    """All weights and biases of the network of two groups."""
    return count_parameters(shapes_only("alexnet")).total


def convolutions_and_poolings() -> list[int]:
    """How many layers convolve and how many pool."""
    return [len(layers_of("alexnet", kind)) for kind in (nn.Conv2d, nn.MaxPool2d)]


def kinds_of_layers() -> list[int]:
    """How many layers convolve, pool, and are fully connected."""
    return [*convolutions_and_poolings(), len(layers_of("alexnet", nn.Linear))]


def num_outputs() -> int:
    """The scores for one image."""
    return _shapes()[-1].output_shape[1]


def first_layer_filters() -> list[int]:
    """The number of filters in the first convolution, and their side in pixels."""
    first = layers_of("alexnet", nn.Conv2d)[0]
    return [first.out_channels, first.kernel_size[0]]


def num_first_filters() -> int:
    """The first of the two numbers alone."""
    return first_layer_filters()[0]


def dropout_rate() -> float:
    """The probability to drop a unit."""
    return shapes_only("alexnet").dropout.p


def dropout_probability_and_layers() -> list[int | float]:
    """This probability, and how many layers' outputs are thinned in one pass."""
    return [dropout_rate(), len(layers_with_dropout())]


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


def map_sizes() -> list[str]:
    """What five convolutions and three poolings give, in order."""
    return [_maps(name) for name in WITH_MAPS]


def normalized_sizes() -> list[str]:
    """The maps that are normalized: as large as before the pooling."""
    return [_maps(name) for name in ("norm1", "norm2")]


def convolutions() -> list[str]:
    """The kernels of the five convolutions."""
    return [
        f"{layer.out_channels} of {layer.kernel_size[0]}x{layer.kernel_size[1]}, "
        f"stride {layer.stride[0]}, pad {layer.padding[0]}"
        for layer in layers_of("alexnet", nn.Conv2d)
    ]


def poolings() -> list[str]:
    """The windows of the three poolings."""
    return [
        f"{layer.kernel_size}x{layer.kernel_size}, stride {layer.stride}"
        for layer in layers_of("alexnet", nn.MaxPool2d)
    ]


def fully_connected_sizes() -> list[int]:
    """The units of the three fully connected layers."""
    return [layer.out_features for layer in layers_of("alexnet", nn.Linear)]


def input_side() -> int:
    """The side at which 55 windows of 11 pixels, 4 apart, leave no pixel over: 11 + 54 x 4."""
    conv1 = layers_of("alexnet", nn.Conv2d)[0]
    window, step = conv1.kernel_size[0], conv1.stride[0]
    fitting = range(window, 256, step)
    return next(side for side in fitting if output_size(side, window, step) == (55, 55))


def num_layers() -> int:
    """Layers with weights."""
    return num_layers_with_weights("alexnet")


def num_neurons() -> int:
    """The units of all layers with weights."""
    return count_neurons(shapes_only("alexnet"), _image_shape())


def layers_with_dropout() -> list[str]:
    """The layers whose outputs are thinned out: those called just before a dropout."""
    called: list[str] = []
    model = shapes_only("alexnet")
    hooks = [
        module.register_forward_hook(lambda *_, name=name: called.append(name))
        for name, module in model.named_children()
    ]
    model(torch.zeros(_image_shape(), device="meta"))
    for hook in hooks:
        hook.remove()
    return [before for before, after in pairwise(called) if after == "dropout"]


def _shapes():
    return output_shapes(shapes_only("alexnet"), _image_shape())


def _image_shape() -> tuple[int, ...]:
    return (1, *find_network("alexnet").input_shape)


def _small_start() -> list[nn.Module]:
    """Layers in the order of AlexNet's, but narrow, drawn by its rule: quick, and the same rule."""
    layers = [nn.Conv2d(1, 2, 1), *(nn.Conv2d(2, 2, 1) for _ in range(4))]
    layers += [nn.Linear(2, 2000), nn.Linear(2000, 2000), nn.Linear(2000, 2)]
    alexnet_(nn.ModuleList(layers), Generator().manual_seed(0))
    return layers


def _maps(name: str) -> str:
    return "x".join(map(str, sizes_of("alexnet")[name]))
