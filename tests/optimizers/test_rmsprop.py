"""RMSprop by hand; beside torch's it runs in test_against_torch.py."""

import math

import pytest
import torch
from torch import nn

from course_lib.optimizers import RMSprop


def test_divides_by_the_root_of_a_mean_that_forgets(walked):
    # r = 0.25 * 4 = 1, then 0.75 * 1 + 0.25 * 4 = 1.75.
    first, second = walked(RMSprop, [2.0, 2.0], lr=0.5, alpha=0.75, eps=0.0)
    assert first == -0.5 * 2
    assert second - first == pytest.approx(-0.5 * 2 / math.sqrt(1.75), rel=1e-15)


def test_the_first_step_is_long_because_nothing_corrects_the_start_at_0(walked):
    # lr / sqrt(1 - alpha) = 0.01 * 10, whatever the gradient.
    for gradient in (1e-3, 1.0, 1e3):
        (place,) = walked(RMSprop, [gradient], lr=0.01, alpha=0.99, eps=0.0)
        assert place == pytest.approx(-0.1, rel=1e-12)


def test_eps_is_outside_the_root(walked):
    # r = 0.25 * 4 = 1: 2 / (1 + 1), where inside it would be 2 / sqrt(2).
    assert walked(RMSprop, [2.0], lr=1.0, alpha=0.75, eps=1.0) == [-1]


def test_centered_divides_by_the_deviation(walked):
    # r = 0.5 * 4 = 2, the mean 0.5 * 2 = 1: variance 1.
    assert walked(RMSprop, [2.0], lr=1.0, alpha=0.5, eps=0.0, centered=True) == [-2]


def test_momentum_sums_the_quotients(walked):
    # With alpha = 0 each quotient is 1: v = 1, then 0.5 + 1.
    options = {"lr": 1.0, "alpha": 0.0, "eps": 0.0, "momentum": 0.5}
    assert walked(RMSprop, [7.0, 3.0], **options) == [-1, -2.5]


def test_goes_downhill_where_the_slide_would_climb(walked):
    # michigan_2025 prints theta + epsilon / (delta + sqrt(r)) g, without the minus.
    assert walked(RMSprop, [1.0]) < [0.0]


def test_a_gradient_that_never_changes_has_no_variance_and_no_root_of_a_negative_one():
    # In float32, 0.1^2 and the square of the mean differ in the last digit, to either side.
    w = nn.Parameter(torch.zeros(50))
    optimizer = RMSprop([w], lr=1e-9, alpha=0.5, centered=True)
    w.grad = torch.linspace(0.01, 1, 50)
    for _ in range(100):
        optimizer.step()
    assert w.isfinite().all()
    state = optimizer.state[w]
    assert (state["square_avg"] - state["grad_avg"] ** 2).min() < 0
