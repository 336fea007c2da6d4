"""Adadelta by hand; beside torch's it runs in test_against_torch.py."""

import math

import pytest

from course_lib.optimizers import Adadelta


def test_two_steps_by_hand(walked):
    # E[g^2] = 0.25 * 64 = 16, so d = sqrt(0 + 9) / sqrt(16 + 9) * 8 = 4.8; eps is in both roots.
    # E[d^2] = 0.25 * 4.8^2 = 5.76. Then E[g^2] = 12 + 16 = 28.
    first, second = walked(Adadelta, [8.0, 8.0], lr=1.0, rho=0.75, eps=9.0)
    assert first == pytest.approx(-4.8, rel=1e-15)
    step = math.sqrt(5.76 + 9) / math.sqrt(28 + 9) * 8
    assert second - first == pytest.approx(-step, rel=1e-14)


def test_the_rate_scales_the_step_and_not_the_memory(walked):
    whole = walked(Adadelta, [8.0, 8.0], rho=0.75, eps=9.0)
    half = walked(Adadelta, [8.0, 8.0], lr=0.5, rho=0.75, eps=9.0)
    assert half == pytest.approx([place / 2 for place in whole], rel=1e-14)


def test_the_scale_of_the_loss_does_not_matter(walked):
    # Section 3.2 of the paper: the units cancel, but for eps.
    gradients = [1.0, -2.0, 3.0]
    steep = walked(Adadelta, [1e6 * gradient for gradient in gradients])
    steeper = walked(Adadelta, [1e9 * gradient for gradient in gradients])
    assert steep == pytest.approx(steeper, rel=1e-9)
