"""Oracles: powers computed by Python, and torch's autograd."""

import pytest
import torch

from course_lib.claims import vanishing_gradients
from course_lib.layers import tanh_backward


def test_fifty_activations_are_49_steps_apart():
    assert vanishing_gradients.exploding_gradient() == pytest.approx(1.1**49)
    assert vanishing_gradients.vanishing_gradient() == pytest.approx(0.9**49)
    # The lecture's numbers are one power further.
    assert pytest.approx(117.4, abs=0.05) == 1.1**50
    assert pytest.approx(0.00515, abs=5e-6) == 0.9**50


def test_the_second_rule_holds_with_the_bar_alone():
    assert not vanishing_gradients.second_rule_as_printed()
    z = torch.randn(4, dtype=torch.float64, requires_grad=True)
    error = torch.randn(4, dtype=torch.float64)
    (by_autograd,) = torch.autograd.grad(z.tanh(), z, error)
    torch.testing.assert_close(tanh_backward(error, z.detach()), by_autograd)


def test_the_derivative_of_errors_is_the_inverse():
    assert not vanishing_gradients.derivative_of_errors_as_printed()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("first_rule_holds", True),
        ("unrolled_rule_holds", True),
        ("chain_of_jacobians_holds", True),
        ("power_of_weights_holds", True),
        # 0.9^49 = 0.0057 and 1.1^49 = 107
        ("a_tenth_off_one_explodes_or_vanishes", True),
        # 2^49 is large, whatever the sign of the eigenvalue
        ("explodes_above_one", True),
        ("vanishes_below_one", False),
    ],
)
def test_what_the_equations_say(name, expected):
    assert getattr(vanishing_gradients, name)() is expected


def test_a_chain_without_its_last_slope_is_noticed(monkeypatch):
    # tanh has slope 1 at 0 only: a Jacobian of the identity does not equal the product.
    monkeypatch.setattr(
        vanishing_gradients, "jacobian", lambda model, x: torch.full((1, 1), 1.5**5).double()
    )
    assert not vanishing_gradients.unrolled_rule_holds()


def test_the_stretch_of_49_layers_is_a_power():
    assert vanishing_gradients._size_of_power(-2.0, 0.5) == pytest.approx(2.0**49)
