"""What the printed update rules do, beside the optimizers of this library, in small numbers.

Lecture: michigan_2025, "Momentum" and "Optimization with SGD and its variants". The letters are
the lecture's: epsilon is the rate, delta keeps a divisor from 0, alpha and rho are fractions.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.optim import Optimizer

from course_lib.optimizers import SGD, Adagrad, Adam, RMSprop

RATE, ALPHA, RHO, DELTA = 0.1, 0.9, 0.9, 1e-8
GRADIENTS = (1.0, -0.5, 2.0, 0.25)  # any will do
Update = Callable[[list[Tensor]], Optimizer]


def sgd_as_printed() -> bool:
    """theta = theta - epsilon g, over four steps from 1."""
    theta = 1.0
    for g in GRADIENTS:
        theta -= RATE * g
    return _close(theta, _after(GRADIENTS, lambda theta: SGD(theta, RATE)))


def momentum_as_printed() -> bool:
    """v = alpha v - epsilon g and theta = theta + v, with one rate all along."""
    theta, v = 1.0, 0.0
    for g in GRADIENTS:
        v = ALPHA * v - RATE * g
        theta += v
    return _close(theta, _after(GRADIENTS, lambda theta: SGD(theta, RATE, ALPHA)))


def adagrad_first_step() -> float:
    """Where AdaGrad stands after one step from theta = 1 with the gradient 1: 1 - epsilon."""
    return _after((1.0,), lambda theta: Adagrad(theta, RATE, eps=0.0))


def rmsprop_first_step() -> float:
    """Where RMSProp stands after it: 1 - epsilon / sqrt(1 - rho)."""
    return _after((1.0,), lambda theta: RMSprop(theta, RATE, RHO, eps=0.0))


def adagrad_with_a_minus() -> bool:
    """Whether the printed rule, with a minus before its step, is AdaGrad over four steps."""
    theta, r = 1.0, 0.0
    for g in GRADIENTS:
        r += g * g
        theta -= RATE / (DELTA + r**0.5) * g
    return _close(theta, _after(GRADIENTS, lambda theta: Adagrad(theta, RATE, eps=DELTA)))


def rmsprop_with_a_minus() -> bool:
    """The same of RMSProp."""
    theta, r = 1.0, 0.0
    for g in GRADIENTS:
        r = RHO * r + (1 - RHO) * g * g
        theta -= RATE / (DELTA + r**0.5) * g
    return _close(theta, _after(GRADIENTS, lambda theta: RMSprop(theta, RATE, RHO, DELTA)))


def adam_as_printed() -> bool:
    """Both averages, both corrections and the step, over four steps."""
    theta, s, r, first, second = 1.0, 0.0, 0.0, 0.9, 0.999
    for t, g in enumerate(GRADIENTS, start=1):
        s = first * s + (1 - first) * g
        r = second * r + (1 - second) * g * g
        s_hat, r_hat = s / (1 - first**t), r / (1 - second**t)
        theta -= RATE * s_hat / (r_hat**0.5 + DELTA)
    ours = _after(GRADIENTS, lambda theta: Adam(theta, RATE, (first, second), DELTA))
    return _close(theta, ours)


def steps_after_a_hundred_ones() -> list[float]:
    """The step number 100, in rates, where every gradient was 1: RMSProp and Adam.

    Both divide by the root of a running average, 1.
    """
    ones = (1.0,) * 100
    builders: tuple[Update, ...] = (
        lambda theta: RMSprop(theta, RATE, RHO),
        lambda theta: Adam(theta, RATE),
    )
    return [(_after(ones[1:], build) - _after(ones, build)) / RATE for build in builders]


def large_rates() -> list[bool]:
    """Whether a rate of 1 gets nearer to the bottom of 50 x^2 in 100 steps: SGD, and AdaGrad."""
    return [_descends(lambda theta: SGD(theta, 1.0)), _descends(lambda theta: Adagrad(theta, 1.0))]


def rates_of_one_step() -> list[float]:
    """How far SGD moves two numbers in units of their gradients, which are 1 and 0.001."""
    theta = [_start(), _start()]
    optimizer = SGD(theta, RATE)
    theta[0].grad, theta[1].grad = torch.ones_like(theta[0]), torch.full_like(theta[1], 0.001)
    optimizer.step()
    moved = ((1 - parameter).item() / parameter.grad.item() for parameter in theta)
    return [round(distance, 6) for distance in moved]


def momentum_needs_fewer_steps() -> bool:
    """In a valley of curvatures 1 and 100: steps until x and y are below 0.001, each at its best.

    The rates are Polyak's: 2 / 101 without momentum, and (2 / 11)^2 with (9 / 11)^2.
    """
    without = _steps_through_a_valley(lambda theta: SGD(theta, 2 / 101))
    return _steps_through_a_valley(lambda theta: SGD(theta, (2 / 11) ** 2, (9 / 11) ** 2)) < without


def momentum_lengthens_steady_steps() -> bool:
    """Whether steps under a gradient that stays become 1 / (1 - alpha) = 10 times as long."""
    ones = (1.0,) * 200

    def build(theta: list[Tensor]) -> Optimizer:
        return SGD(theta, RATE, ALPHA)

    step = _after(ones[1:], build) - _after(ones, build)
    return abs(step / RATE - 10) < 1e-6


def _after(gradients: tuple[float, ...], build: Update) -> float:
    """Where theta is, from 1, after these gradients."""
    theta = _start()
    optimizer = build([theta])
    for gradient in gradients:
        theta.grad = torch.full_like(theta, gradient)
        optimizer.step()
    return theta.item()


def _descends(build: Update) -> bool:
    theta = _start()
    optimizer = build([theta])
    for _ in range(100):
        theta.grad = 100 * theta.detach()
        optimizer.step()
    return bool(theta.abs() < 1)


def _steps_through_a_valley(build: Update) -> int:
    theta, curvature = torch.ones(2, dtype=torch.float64), torch.tensor([1.0, 100.0]).double()
    optimizer = build([theta])
    for step in range(1, 10_000):
        theta.grad = curvature * theta
        optimizer.step()
        if bool((theta.abs() < 1e-3).all()):
            return step
    raise ValueError("10,000 steps were not enough; choose another rate.")


def _start() -> Tensor:
    return torch.ones(1, dtype=torch.float64)


def _close(a: float, b: float) -> bool:
    return abs(a - b) < 1e-12
