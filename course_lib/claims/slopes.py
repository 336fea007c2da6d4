"""The derivatives of activation functions, and what a chain of them does to a gradient.

Lectures: colorado_2024, "Vanishing Gradients" and "Non-Saturating Activation Functions";
colorado_2025, "Mainstream Activation Functions" to "Use Different Activation Function".
"""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from course_lib.initialization import initialize, normal_
from course_lib.inspection import gradient_norms
from course_lib.layers import (
    Sigmoid,
    relu_backward,
    sigmoid_backward,
    step_backward,
    tanh_backward,
)
from course_lib.optimizers import SGD

# From -40 to 40 in steps of 1/64; 0 is among them.
POINTS = torch.arange(-2560, 2561, dtype=torch.float64) / 64


def step_away_from_zero() -> float:
    """The largest slope of the step function at any point but 0."""
    return float(_slopes(step_backward)[POINTS != 0].abs().max())


def change_through_a_step() -> float:
    """How far one step of gradient descent moves a weight in front of a step function."""
    weight = nn.Parameter(torch.tensor([0.5]))
    weight.grad = step_backward(torch.ones(1), weight.detach())
    SGD([weight], lr=1.0).step()
    return abs(float(weight.detach() - 0.5))


def range_of_sigmoid() -> list[float]:
    """The smallest and the largest slope between -40 and 40."""
    slopes = _slopes(sigmoid_backward)
    return [float(slopes.min()), float(slopes.max())]


def sigmoid_slope_is_positive() -> bool:
    """Whether the slope of the sigmoid is above 0 at every one of these points, 0 never reached."""
    return bool((_slopes(sigmoid_backward)[POINTS.abs() < 30] > 0).all())


def squashing_slopes_are_below_one() -> bool:
    """Whether sigmoid and tanh have slopes below 1 at every point but 0."""
    both = torch.stack([_slopes(sigmoid_backward), _slopes(tanh_backward)])
    return bool((both[:, POINTS != 0] < 1).all())


def relu_where_positive() -> float:
    """The slope of ReLU at every positive input, if it is the same at all."""
    slopes = _slopes(relu_backward)[POINTS > 0].unique()
    return float(slopes) if len(slopes) == 1 else float("nan")


def chain_of_four_factors() -> bool:
    """Whether the product of the four derivatives equals autograd's d error / d w1.

    One unit a layer: hidden1 = s(w1 x), hidden2 = s(w2 hidden1), output = s(w3 hidden2), and the
    error is (output - 1)^2.
    """
    w1, w2, w3 = (torch.tensor(w, dtype=torch.float64, requires_grad=True) for w in (0.7, -1.2, 2))
    x = torch.tensor(0.5, dtype=torch.float64)
    unit = Sigmoid()
    hidden1 = unit(w1 * x)
    hidden2 = unit(w2 * hidden1)
    output = unit(w3 * hidden2)
    ((output - 1) ** 2).backward()
    factors = (2 * (output - 1), w3 * _by_input(output), w2 * _by_input(hidden2))
    product = torch.stack([*factors, x * _by_input(hidden1)]).prod()
    return torch.allclose(product, w1.grad)


def slope_in_a_factor() -> float:
    """d hidden2 / d hidden1 of a sigmoid unit at its steepest, over the unit's weight, here 8."""
    weight = torch.tensor(8.0, dtype=torch.float64)
    hidden1 = torch.zeros((), dtype=torch.float64, requires_grad=True)
    Sigmoid()(weight * hidden1).backward()
    return float(hidden1.grad / weight)


def gradient_shrinks_with_depth() -> bool:
    """Whether (1/4)^n, the most that n sigmoids leave of a gradient, falls with every one."""
    most = [range_of_sigmoid()[1] ** n for n in range(1, 11)]
    return all(later < earlier for earlier, later in pairwise(most))


def first_layer_of_sigmoids_is_slowest() -> bool:
    """Whether the gradient grows from layer to layer, in ten layers of 32 sigmoids (seed 0)."""
    generator = Generator().manual_seed(0)
    layers = [layer for _ in range(10) for layer in (nn.Linear(32, 32), Sigmoid())]
    model = initialize(nn.Sequential(*layers).double(), normal_, std=0.2, generator=generator)
    inputs = torch.randn(64, 32, generator=generator, dtype=torch.float64)
    model(inputs).square().sum().backward()
    norms = [layer.norm for layer in gradient_norms(model)]
    return all(earlier < later for earlier, later in pairwise(norms))


def update_is_gradient_descent() -> bool:
    """Whether a step of SGD is W - alpha times the gradient, here of the sum of squares."""
    start = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)
    weights = nn.Parameter(start.clone())
    weights.square().sum().backward()
    SGD([weights], lr=0.1).step()
    return torch.allclose(weights.detach(), start - 0.1 * 2 * start)


def _slopes(backward: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    return backward(torch.ones_like(POINTS), POINTS)


def _by_input(output: Tensor) -> Tensor:
    """The slope of the sigmoid, told by its output: y (1 - y)."""
    return output * (1 - output)
