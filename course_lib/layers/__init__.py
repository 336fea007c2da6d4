"""The operations of the lectures from tensor arithmetic, forward and backward, on any device."""

from course_lib.layers.convolution import conv2d, conv2d_backward
from course_lib.layers.convolution_loops import conv2d_loops, discrete_convolution
from course_lib.layers.sizes import Size, output_size, pair

__all__ = [
    "Size",
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "discrete_convolution",
    "output_size",
    "pair",
]
