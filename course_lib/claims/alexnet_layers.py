"""AlexNet, layer by layer and as a whole.

Lecture: sharif_2024, "AlexNet". Source: Krizhevsky, Sutskever & Hinton 2012, section 3. Maps are
written as the lecture does it: height x width x number.
"""

from itertools import pairwise

import torch
from torch import nn

from course_lib.claims.shapes_only import (
    layers_of,
    num_layers_with_weights,
    shapes_only,
    sizes_of,
)
from course_lib.inspection import count_neurons, count_parameters
from course_lib.layers import output_size

IMAGE = (1, 3, 227, 227)
WITH_MAPS = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")


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


def num_parameters() -> int:
    """All weights and biases, with the two groups of conv2, conv4 and conv5."""
    return count_parameters(shapes_only("alexnet")).total


def num_parameters_without_groups() -> int:
    """The same if every kernel saw all maps, as the sizes on a slide alone would have it."""
    convolutions = layers_of("alexnet", nn.Conv2d)
    return num_parameters() + sum(c.weight.numel() * (c.groups - 1) for c in convolutions)


def num_neurons() -> int:
    """The units of all layers with weights."""
    return count_neurons(shapes_only("alexnet"), IMAGE)


def layers_with_dropout() -> list[str]:
    """The layers whose outputs are thinned out: those called just before a dropout."""
    called: list[str] = []
    model = shapes_only("alexnet")
    hooks = [
        module.register_forward_hook(lambda *_, name=name: called.append(name))
        for name, module in model.named_children()
    ]
    model(torch.zeros(IMAGE, device="meta"))
    for hook in hooks:
        hook.remove()
    return [before for before, after in pairwise(called) if after == "dropout"]


def _maps(name: str) -> str:
    return "x".join(map(str, sizes_of("alexnet")[name]))
