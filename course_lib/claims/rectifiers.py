"""What the rectifier does to numbers and to gradients, beside tanh and sigmoid.

Lecture: sharif_2024, "ReLU". Source: Krizhevsky et al. 2012, section 3.1.
"""

import torch

from course_lib.layers import (
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    tanh,
    tanh_backward,
)

FAR = 10.0


def keeps_its_slope() -> bool:
    """Whether the slope at 10 is 1, where those of tanh and sigmoid are below 1/1000."""
    x = torch.tensor([FAR], dtype=torch.float64)
    one = torch.ones_like(x)
    others = [backward(one, x) for backward in (tanh_backward, sigmoid_backward)]
    return bool(relu_backward(one, x) == 1 and all(slope < 1e-3 for slope in others))


def gradient_below_zero() -> float:
    """The slope where x < 0."""
    x = torch.tensor([-FAR])
    return relu_backward(torch.ones_like(x), x).item()


def outputs_are_centered() -> list[bool]:
    """Whether the mean over inputs that lie evenly about 0 is 0: of relu, tanh and sigmoid."""
    x = torch.linspace(-3, 3, 601, dtype=torch.float64)
    return [bool(f(x).mean().abs() < 1e-9) for f in (relu, tanh, sigmoid)]


def relu_is_not_centered() -> bool:
    """Whether the first of them is not."""
    return not outputs_are_centered()[0]
