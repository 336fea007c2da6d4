"""Slopes of activations. Oracles: autograd through torch's own functions, and differences."""

import pytest
import torch

from course_lib.claims import slopes


def slope(function, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(function(x), x)[0].item()


def test_slopes_at_single_points():
    assert slopes.range_of_sigmoid() == pytest.approx([0, slope(torch.sigmoid, 0.0)], abs=1e-12)
    assert slopes.relu_where_positive() == slope(torch.relu, 3.0) == 1
    assert slopes.step_away_from_zero() == 0
    assert slopes.change_through_a_step() == 0
    assert slopes.sigmoid_slope_is_positive()
    assert slopes.squashing_slopes_are_below_one()


def test_tanh_reaches_a_slope_of_one_at_zero_alone():
    assert slope(torch.tanh, 0.0) == 1
    assert max(slope(torch.tanh, x) for x in (-1 / 64, 1 / 64)) < 1


def test_a_factor_of_the_chain_is_a_slope_times_a_weight():
    wanted = slope(lambda hidden: torch.sigmoid(8 * hidden), 0.0)
    assert wanted == 2  # the proof
    assert slopes.slope_in_a_factor() == wanted / 8 == slope(torch.sigmoid, 0.0)
    assert slopes.chain_of_four_factors()


def test_a_chain_without_its_weights_would_be_noticed(monkeypatch):
    monkeypatch.setattr(slopes, "_by_input", lambda output: output * (1 - output) / 2)
    assert not slopes.chain_of_four_factors()


def gradients(deviation):
    """Ten layers of 32 sigmoids in torch alone; the norm of each layer's gradient."""
    torch.manual_seed(0)
    weights = [(deviation * torch.randn(32, 32)).requires_grad_() for _ in range(10)]
    signal = torch.randn(64, 32)
    for weight in weights:
        signal = torch.sigmoid(signal @ weight)
    signal.square().sum().backward()
    return [float(weight.grad.norm()) for weight in weights]


def test_early_layers_of_sigmoids_are_slow_unless_weights_are_large():
    assert slopes.first_layer_of_sigmoids_is_slowest()
    small, large = gradients(0.2), gradients(4.0)
    assert small == sorted(small)
    # The remark: "with weights twenty times as large the first layer has the largest gradient".
    assert large[0] == max(large)


def test_depth_and_the_update():
    assert slopes.gradient_shrinks_with_depth()
    assert slopes.update_is_gradient_descent()
