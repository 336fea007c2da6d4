"""What an activation takes away. Oracles: torch, and the power of a normal signal behind it."""

import math

import pytest
import torch
from torch import nn

from course_lib.initialization import calculate_gain

NAMES = ("linear", "sigmoid", "tanh", "relu", "leaky_relu")


@pytest.mark.parametrize("name", NAMES)
def test_equals_torch(name):
    assert calculate_gain(name) == pytest.approx(nn.init.calculate_gain(name), rel=1e-15)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.2, 1.0, -1.0, math.sqrt(5)])
def test_a_leaky_slope_equals_torch(slope):
    wanted = nn.init.calculate_gain("leaky_relu", slope)
    assert calculate_gain("leaky_relu", slope) == pytest.approx(wanted, rel=1e-15)


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_the_gain_makes_up_for_the_power_that_a_rectifier_takes(slope):
    # A million numbers: the mean square is known to 0.14 %.
    signal = torch.randn(1_000_000, dtype=torch.float64)
    power = nn.functional.leaky_relu(signal, slope).square().mean().item()
    assert calculate_gain("leaky_relu", slope) ** 2 * power == pytest.approx(1, rel=0.01)


def test_relu_is_a_leaky_one_without_a_leak_and_a_slope_of_1_is_linear():
    assert calculate_gain("relu") == calculate_gain("leaky_relu", 0.0) == math.sqrt(2)
    assert calculate_gain("leaky_relu", 1.0) == calculate_gain("linear") == 1


def test_an_unknown_activation_is_named_beside_the_known_ones():
    message = "nonlinearity is 'swish'; known are linear, sigmoid, tanh, relu, leaky_relu"
    with pytest.raises(ValueError, match=message):
        calculate_gain("swish")
