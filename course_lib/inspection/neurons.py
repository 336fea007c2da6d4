"""How many units a network has, as papers count them."""

from math import prod

from torch import nn

from course_lib.inspection.running_layer import named_layers
from course_lib.inspection.shapes import output_shapes


def count_neurons(model: nn.Module, input_shape: tuple[int, ...]) -> int:
    """Count the numbers that layers with a weight matrix or kernels give for one image.

    Pooling, activations and normalization have no units of their own. `input_shape` is
    (n, channels, height, width). AlexNet has 659,272; Krizhevsky et al. 2012 say 650,000.
    """
    with_weights = {
        name
        for name, module in named_layers(model).items()
        if any(parameter.ndim > 1 for parameter in module.parameters(recurse=False))
    }
    return sum(
        prod(layer.output_shape[1:])
        for layer in output_shapes(model, input_shape)
        if layer.name in with_weights
    )
