"""The layers as modules: torch's parameters, names and initialization, our forward and backward.

Each class is torch's own, so its arguments, its `state_dict` and its place in a network are
the same. What it computes comes from this package, the gradient too.
"""

from course_lib.layers.modules.activations import (
    LeakyReLU,
    PReLU,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Tanh,
)
from course_lib.layers.modules.convolution import Conv2d
from course_lib.layers.modules.dropout import (
    Dropout,
    Dropout2d,
    DropoutScaledAtTest,
    GaussianDropout,
)
from course_lib.layers.modules.linear import Linear
from course_lib.layers.modules.losses import CrossEntropyLoss
from course_lib.layers.modules.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    LocalResponseNorm,
    SummedResponseNorm,
)
from course_lib.layers.modules.pooling import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    MaxPool2d,
)
from course_lib.layers.modules.regions import RoIAlign, RoIPool
from course_lib.layers.modules.transposed_convolution import ConvTranspose2d

__all__ = [
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Dropout",
    "Dropout2d",
    "DropoutScaledAtTest",
    "GaussianDropout",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "PReLU",
    "ReLU",
    "RoIAlign",
    "RoIPool",
    "ScaledTanh",
    "Sigmoid",
    "Softmax",
    "SummedResponseNorm",
    "Tanh",
]
