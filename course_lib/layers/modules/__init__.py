"""The layers as modules: torch's parameters, names and initialization, our forward and backward.

Each class is torch's own, so its arguments, its `state_dict` and its place in a network are
the same. What it computes comes from this package, the gradient too.
"""

from course_lib.layers.modules.activations import ReLU, Sigmoid, Softmax, Tanh
from course_lib.layers.modules.convolution import Conv2d
from course_lib.layers.modules.linear import Linear
from course_lib.layers.modules.losses import CrossEntropyLoss
from course_lib.layers.modules.pooling import AvgPool2d, MaxPool2d

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Linear",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
