"""The first weights of AlexNet.

Paper: Krizhevsky, Sutskever & Hinton 2012, section 5. All weights come from a normal
distribution of deviation 0.01. The biases of the second, fourth and fifth convolution and of the
hidden linear layers are 1, so that their ReLUs begin with positive inputs; all others are 0.
colorado_2025 has it in one line: "biases set to 0 and 1".
"""

from torch import Generator, nn

from course_lib.initialization.fixed_scale import constant_, normal_
from course_lib.initialization.networks import initialize

DEVIATION = 0.01
CONVOLUTIONS_WITH_ONES = (2, 4, 5)  # counted from 1, as in the paper


def alexnet_(model: nn.Module, generator: Generator | None = None) -> nn.Module:
    """Start a network of five convolutions and some linear layers as the paper did; in place.

    The layers count in the order in which `model.modules()` names them. Returns `model`.

    Raises ValueError for another number of convolutions, or no linear layer.
    """
    convolutions, linears = (
        [layer for layer in model.modules() if isinstance(layer, kind)]
        for kind in (nn.Conv2d, nn.Linear)
    )
    if len(convolutions) != 5 or not linears:
        raise ValueError(
            f"model has {len(convolutions)} convolutions and {len(linears)} linear layers; "
            "alexnet_ is for five and at least one. For other networks there is initialize."
        )
    initialize(model, normal_, std=DEVIATION, generator=generator)
    for layer in [*(convolutions[n - 1] for n in CONVOLUTIONS_WITH_ONES), *linears[:-1]]:
        if layer.bias is not None:
            constant_(layer.bias, 1.0)
    return model
