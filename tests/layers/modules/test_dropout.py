"""Dropout as modules. Oracle: torch.nn with the same seeds, trained beside ours."""

import pytest
import torch
from torch import nn

from course_lib import layers

MODULES = [
    layers.Dropout,
    layers.DropoutScaledAtTest,
    layers.Dropout2d,
    layers.GaussianDropout,
]


def _made(of):
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3),
        of.Dropout2d(0.4),
        nn.ReLU(),
        nn.Flatten(),
        of.Dropout(),
        nn.Linear(6 * 4 * 3, 5),
        of.Dropout(0.1),
    ).double()


def test_training_with_the_same_seeds_equals_torch():
    networks = {of: _made(of) for of in (layers, nn)}
    assert repr(networks[layers]) == repr(networks[nn])
    images = torch.randn(4, 3, 6, 5, dtype=torch.float64)
    for step in range(4):
        for network in networks.values():
            network.zero_grad()
            torch.manual_seed(step)
            network(images).square().sum().backward()
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter -= 0.001 * parameter.grad
    ours, theirs = (network.eval() for network in networks.values())
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-11)
    torch.testing.assert_close(ours(images), theirs(images), rtol=1e-10, atol=1e-11)


def test_the_scaling_of_2012_is_that_of_torch_times_what_is_kept():
    """So a network with it gives the same scores once the next layer's weights are divided."""
    units = torch.randn(50, 20, dtype=torch.float64)
    ours, theirs = layers.DropoutScaledAtTest(0.3), nn.Dropout(0.3)
    for training in (True, False):
        outputs = []
        for module in (ours, theirs):
            torch.manual_seed(1)
            outputs.append(module.train(training)(units))
        torch.testing.assert_close(outputs[0], 0.7 * outputs[1], rtol=1e-14, atol=0)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("training", [True, False])
def test_the_gradient_passes_where_the_output_did(module, training):
    maps = torch.rand(4, 3, 2, 2, dtype=torch.float64) + 1
    maps.requires_grad_()
    output = module(0.4).train(training)(maps)
    upstream = torch.randn_like(maps)
    (grad,) = torch.autograd.grad(output, maps, upstream)
    torch.testing.assert_close(grad, upstream * (output / maps).detach(), rtol=1e-12, atol=0)
    assert (output == 0).any() == (training and module is not layers.GaussianDropout)


def test_gaussian_noise_is_drawn_with_the_probability_of_the_module():
    units = torch.ones(100_000, dtype=torch.float64)
    noisy = layers.GaussianDropout(0.2)
    assert noisy(units).std().item() == pytest.approx(0.5, rel=0.02)  # sqrt(0.2 / 0.8)
    assert noisy.eval()(units).equal(units)


@pytest.mark.parametrize("module", MODULES)
def test_writing_into_the_input_is_refused(module):
    with pytest.raises(ValueError, match="inplace=True is not written"):
        module(inplace=True)(torch.zeros(1, 1, 2, 2))


def test_a_second_derivative_is_refused_and_not_wrong():
    units = torch.ones(3, requires_grad=True)
    output = layers.Dropout(0.0)(units)
    (grad,) = torch.autograd.grad(output.square().sum(), units, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()
