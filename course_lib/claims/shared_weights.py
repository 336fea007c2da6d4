"""The gradient of a weight that is used in many places.

Lecture: colorado_2025, "Training: 90 Epochs took 5-6 Days on 2 GPUs".
"""

import torch

from course_lib.layers import conv2d_backward


def gradient_of_a_shared_weight() -> float:
    """d sum(y) / d w of a 1x1 filter on a 3x3 image of ones: each of nine places adds 1."""
    image, weight = torch.ones(1, 1, 3, 3), torch.ones(1, 1, 1, 1)
    gradients = conv2d_backward(torch.ones(1, 1, 3, 3), image, weight)
    return float(gradients[1])
