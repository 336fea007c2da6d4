"""Xavier. Oracles: torch.nn.init bit for bit, the paper's variance, and a deep linear network."""

import math

import pytest
import torch
from torch import nn

from course_lib.initialization import fan_in_and_fan_out, xavier_normal_, xavier_uniform_


@pytest.mark.parametrize("options", [{}, {"gain": 1.7}])
def test_draws_what_torch_draws(draws_as_torch, shape, options):
    draws_as_torch(xavier_normal_, nn.init.xavier_normal_, shape, **options)
    draws_as_torch(xavier_uniform_, nn.init.xavier_uniform_, shape, **options)


@pytest.mark.parametrize("scheme", [xavier_normal_, xavier_uniform_])
def test_the_variance_is_the_papers(scheme):
    # Of 120,000 numbers the deviation is known to 0.2 %.
    weight = scheme(torch.empty(300, 400), gain=3.0)
    assert weight.std().item() == pytest.approx(3 * math.sqrt(2 / 700), rel=0.02)
    assert weight.mean().abs().item() < 6 * weight.std().item() / math.sqrt(weight.numel())


def test_uniform_numbers_fill_the_papers_interval():
    # Equation 16: from -sqrt(6 / (n_in + n_out)) to that. Of normal ones 8 % lie outside.
    bound = math.sqrt(6) / math.sqrt(700)
    weight = xavier_uniform_(torch.empty(300, 400))
    assert 0.999 * bound < weight.max().item() <= bound * (1 + 1e-6)
    assert -0.999 * bound > weight.min().item() >= -bound * (1 + 1e-6)
    assert (xavier_normal_(weight).abs() > bound).double().mean() > 0.05


def test_both_ways_through_a_linear_network_the_scale_is_kept():
    signal = error = torch.randn(300, 100, dtype=torch.float64)
    weights = [xavier_normal_(torch.empty(300, 300, dtype=torch.float64)) for _ in range(20)]
    for weight in weights:
        signal, error = weight @ signal, weight.T @ error
    for end in (signal, error):
        assert 0.5 < end.std().item() < 2


def test_relu_halves_the_power_in_each_layer():
    """Why colorado_2025 calls it a poor match: 2^-20 of the power is left after 20 layers."""
    signal = torch.randn(300, 100, dtype=torch.float64)
    for _ in range(20):
        signal = torch.relu(xavier_normal_(torch.empty(300, 300, dtype=torch.float64)) @ signal)
    assert 2**-22 < signal.square().mean().item() < 2**-18


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("scheme", [xavier_normal_, xavier_uniform_])
def test_a_bias_has_no_fans(scheme):
    with pytest.raises(ValueError, match=r"tensor \(5,\) has no fans"):
        scheme(torch.zeros(5))


@pytest.mark.gpu
def test_a_generator_of_the_gpu_draws_there():
    weight = torch.empty(300, 400, device="cuda")
    generator = torch.Generator("cuda").manual_seed(0)
    fan_in, fan_out = fan_in_and_fan_out(weight)
    found = xavier_normal_(weight, generator=generator).std().item()
    assert found == pytest.approx(math.sqrt(2 / (fan_in + fan_out)), rel=0.02)
