"""He. Oracles: torch.nn.init bit for bit, the paper's variance, and a deep network of ReLUs."""

import math

import pytest
import torch
from torch import nn

from course_lib.initialization import kaiming_normal_, kaiming_uniform_

OPTIONS = [
    {},
    {"a": math.sqrt(5)},
    {"mode": "fan_out"},
    {"mode": "fan_out", "nonlinearity": "relu"},
    {"nonlinearity": "tanh"},
    {"a": 0.2, "mode": "fan_in", "nonlinearity": "leaky_relu"},
]
BOTH = pytest.mark.parametrize("scheme", [kaiming_normal_, kaiming_uniform_])


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_draws_what_torch_draws(draws_as_torch, shape, options):
    draws_as_torch(kaiming_normal_, nn.init.kaiming_normal_, shape, **options)
    draws_as_torch(kaiming_uniform_, nn.init.kaiming_uniform_, shape, **options)


@BOTH
@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 48 * 25), ("fan_out", 96 * 25)])
def test_the_variance_is_the_papers(scheme, mode, fan):
    """sigma = sqrt(2 / n_in), colorado_2025; of 115,200 numbers it is known to 0.2 %."""
    weight = scheme(torch.empty(96, 48, 5, 5), mode=mode, nonlinearity="relu")
    assert weight.std().item() == pytest.approx(math.sqrt(2 / fan), rel=0.02)
    assert weight.mean().abs().item() < 6 * weight.std().item() / math.sqrt(weight.numel())


def test_uniform_numbers_fill_their_interval():
    bound = math.sqrt(3) * math.sqrt(2 / 400)
    weight = kaiming_uniform_(torch.empty(300, 400))
    assert 0.999 * bound < weight.max().item() <= bound * (1 + 1e-6)
    assert -0.999 * bound > weight.min().item() >= -bound * (1 + 1e-6)


@BOTH
def test_signals_keep_their_power_through_20_layers_of_relus(scheme):
    signal = torch.randn(300, 100, dtype=torch.float64)
    for _ in range(20):
        signal = torch.relu(scheme(torch.empty(300, 300, dtype=torch.float64)) @ signal)
    assert 1 / 4 < signal.square().mean().item() < 4


def test_gradients_keep_theirs_with_the_fan_out_where_layers_narrow():
    """300 numbers become 30: with the fan in, the power of the gradient is cut to a tenth."""
    error = torch.randn(30, 2000, dtype=torch.float64)
    for mode, power in (("fan_out", 1), ("fan_in", 0.1)):
        weight = kaiming_normal_(torch.empty(30, 300, dtype=torch.float64), mode=mode)
        active = torch.rand(30, 2000) < 0.5  # the units whose ReLU lets the gradient through
        back = weight.T @ (error * active)
        assert back.square().mean().item() == pytest.approx(power, rel=0.1)


@BOTH
def test_what_makes_no_sense_is_named(scheme):
    with pytest.raises(ValueError, match="mode is 'fan_avg'; say 'fan_in' or 'fan_out'"):
        scheme(torch.zeros(2, 3), mode="fan_avg")
    with pytest.raises(ValueError, match="nonlinearity is 'swish'; known are"):
        scheme(torch.zeros(2, 3), nonlinearity="swish")
