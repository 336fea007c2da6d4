"""The operations of the lectures from tensor arithmetic, forward and backward, on any device.

Names, argument order and defaults are those of torch.nn.functional, the modules those of
torch.nn; `<name>_backward(grad_output, …)` takes what the forward took.
"""

from course_lib.layers.activations import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)
from course_lib.layers.convolution import conv2d, conv2d_backward
from course_lib.layers.convolution_loops import conv2d_loops, discrete_convolution
from course_lib.layers.linear import linear, linear_backward
from course_lib.layers.losses import cross_entropy, cross_entropy_backward
from course_lib.layers.modules import (
    AvgPool2d,
    Conv2d,
    CrossEntropyLoss,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from course_lib.layers.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from course_lib.layers.sizes import Size, output_size, pair

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Linear",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Size",
    "Softmax",
    "Tanh",
    "avg_pool2d",
    "avg_pool2d_backward",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "cross_entropy",
    "cross_entropy_backward",
    "discrete_convolution",
    "linear",
    "linear_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "output_size",
    "pair",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]
