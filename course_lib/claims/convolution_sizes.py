"""How large inputs, kernels and outputs are, in the examples that introduce convolutions.

Lecture: michigan_2025, from "Fully Connected Layer" to "Example". Sizes are (height, width,
channels), as the lecture writes them. Source of the arithmetic: `course_lib.layers.sizes`.
"""

import torch
from torch import nn

from course_lib.inspection import count_parameters, output_shapes
from course_lib.layers import output_size


def stretched_inputs() -> int:
    """The numbers of an image of 32x32x3 in one row: 32 * 32 * 3."""
    return _stretched(3, 32)


def fully_connected_weight() -> list[int]:
    """The rows and columns of W for 10 classes: one row a class, as long as the image."""
    return list(nn.Linear(_stretched(3, 32), 10, device="meta").weight.shape)


def large_fully_connected_parameters() -> int:
    """One layer from 200x200 gray pixels to 40,000 hidden units: 40,000^2 weights, and biases."""
    return count_parameters(nn.Linear(_stretched(1, 200), 40_000, device="meta"))


def large_image_inputs() -> list[int]:
    """The numbers of an image of 150x150 pixels, gray and in color."""
    return [_stretched(1, 150), _stretched(3, 150)]


def numbers_in_a_filter() -> int:
    """A 5x5 filter on an image of three channels: the length of its product with a window."""
    return nn.Conv2d(3, 1, kernel_size=5, device="meta").weight[0].numel()


def filter_depth() -> int:
    """The channels that a filter on 32x32x3 has without being told: all of the image's."""
    return nn.Conv2d(3, 6, kernel_size=5, device="meta").weight.shape[1]


def six_filters() -> list[int]:
    """What six 5x5 filters give for 32x32x3, with stride 1 and no padding."""
    return _output(nn.Conv2d(3, 6, kernel_size=5, device="meta"))


def ten_padded_filters() -> list[int]:
    """What ten 5x5 filters give for 32x32x3, with stride 1 and padding 2."""
    return _output(nn.Conv2d(3, 10, kernel_size=5, padding=2, device="meta"))


def stride_one() -> int:
    """The side of the output of a 3x3 filter on 7x7: (7 - 3) / 1 + 1."""
    return output_size(7, 3)[0]


def stride_two() -> int:
    """The same with stride 2: (7 - 3) / 2 + 1."""
    return output_size(7, 3, stride=2)[0]


def stride_three_by_the_formula() -> float:
    """The lecture's (N - F) / stride + 1 with stride 3, not rounded."""
    return (7 - 3) / 3 + 1


def stride_three_leaves_a_pixel_over() -> bool:
    """Whether the places of a 3x3 filter on 7x7, 3 apart, do not cover all seven: 3 + 3 do not."""
    last = output_size(7, 3, stride=3)[0] - 1
    return last * 3 + 3 < 7


def formula_counts_the_places() -> bool:
    """Whether (N - F) / S + 1 is the number of places, wherever S divides N - F; up to 20."""
    cases = ((n, f, s) for n in range(1, 21) for f in range(1, n + 1) for s in range(1, 6))
    return all(
        len(range(0, n - f + 1, s)) == (n - f) // s + 1 == output_size(n, f, s)[0]
        for n, f, s in cases
        if (n - f) % s == 0
    )


def padded_output() -> int:
    """The side of the output of a 3x3 filter on 7x7, with stride 1 and padding 1."""
    return output_size(7, 3, padding=1)[0]


def paddings_that_keep_the_size() -> list[int]:
    """For filters of 3, 5 and 7 and stride 1, the padding with which 7x7 stays 7x7."""
    return [p for f in (3, 5, 7) for p in range(f) if output_size(7, f, padding=p) == (7, 7)]


def _stretched(channels: int, side: int) -> int:
    return nn.Flatten()(torch.empty(1, channels, side, side, device="meta")).shape[1]


def _output(layer: nn.Conv2d) -> list[int]:
    _, channels, height, width = output_shapes(layer, (1, 3, 32, 32))[0].output_shape
    return [height, width, channels]
