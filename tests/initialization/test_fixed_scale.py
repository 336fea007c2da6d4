"""One distribution for all layers. Oracle: torch.nn.init, bit for bit."""

import pytest
import torch
from torch import nn

from course_lib.initialization import constant_, normal_, uniform_


def test_draws_what_torch_draws(draws_as_torch, shape):
    for options in ({}, {"mean": 3.0, "std": 0.01}, {"std": 0.0}):
        draws_as_torch(normal_, nn.init.normal_, shape, **options)
    for options in ({}, {"a": -0.5, "b": 0.25}, {"a": 2.0, "b": 2.0}):
        draws_as_torch(uniform_, nn.init.uniform_, shape, **options)


def test_a_constant_is_everywhere():
    weight = nn.Parameter(torch.zeros(2, 3))
    assert constant_(weight, 0.25) is weight
    assert weight.tolist() == [[0.25] * 3] * 2
    assert weight.requires_grad
    assert weight.is_leaf


def test_units_that_start_equal_stay_equal():
    """Why weights are drawn: equal units get equal gradients."""
    network = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    for layer in (network[0], network[2]):
        constant_(layer.weight, 0.5)
        constant_(layer.bias, 0.0)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(10):
        network(torch.randn(8, 3)).square().mean().backward()
        optimizer.step()
    rows = network[0].weight.detach()
    assert torch.allclose(rows, rows[:1])
    assert not torch.allclose(rows, torch.tensor(0.5))


def test_what_makes_no_sense_is_named():
    for std in (-0.5, float("nan")):
        with pytest.raises(ValueError, match=f"std is {std}; give a number of 0 or more"):
            normal_(torch.zeros(2), std=std)
    with pytest.raises(ValueError, match=r"a is 1\.0 and b 0\.5; a must not be above b"):
        uniform_(torch.zeros(2), a=1.0, b=0.5)
