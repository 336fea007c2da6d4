"""Networks without numbers in them: enough to count what they hold, compute and give."""

from functools import cache

import torch
from torch import nn

from course_lib.architectures import find_network
from course_lib.inspection import count_flops, output_shapes
from course_lib.inspection.flops import FlopCount


@cache
def shapes_only(name: str) -> nn.Module:
    """A network of the catalogue on the meta device: it has shapes, and takes no memory."""
    with torch.device("meta"):
        return find_network(name).build().eval()


@cache
def flops_of(name: str) -> FlopCount:
    """What one image costs, at the size that the catalogue states."""
    return count_flops(shapes_only(name), (1, *find_network(name).input_shape))


@cache
def sizes_of(name: str) -> dict[str, list[int]]:
    """What each layer gives for one image, as lectures write it: height, width, channels.

    A layer without height and width gives one number. Of a layer called twice, the last.
    """
    layers = output_shapes(shapes_only(name), (1, *find_network(name).input_shape))
    return {layer.name: _lecture_order(layer.output_shape) for layer in layers}


def num_layers_with_weights(name: str) -> int:
    """Convolutions and fully connected layers; of networks in which no path leads around one."""
    return len(layers_of(name, nn.Conv2d)) + len(layers_of(name, nn.Linear))


def layers_of(name: str, kind: type[nn.Module]) -> list[nn.Module]:
    return [module for module in shapes_only(name).modules() if isinstance(module, kind)]


def _lecture_order(shape: tuple[int, ...]) -> list[int]:
    _, channels, *space = shape
    return [*space, channels]
