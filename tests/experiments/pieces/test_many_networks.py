"""Oracle: one network of torch.nn, trained alone with torch's own Adam."""

import copy

import pytest
import torch
from torch import Generator, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.experiments.pieces.many_networks import ManyNetworks, fit_all
from course_lib.inspection import sawtooth

X = torch.linspace(-1, 1, 33)
Y = X.square()


def drawn(num_networks=3, widths=(4, 2)) -> ManyNetworks:
    return ManyNetworks.drawn(num_networks, widths, Generator().manual_seed(1))


def alone(network: nn.Module) -> torch.Tensor:
    return network(X[:, None])[:, 0]


def test_each_network_gives_what_it_gives_by_itself():
    many = drawn()
    together = many(X)
    assert together.shape == (3, 33)
    for number in range(3):
        network = many.network(number)
        assert [type(layer) for layer in network] == [nn.Linear, nn.ReLU] * 2 + [nn.Linear]
        torch.testing.assert_close(together[number], alone(network))
        torch.testing.assert_close(many.errors(X, Y)[number], F.mse_loss(alone(network), Y))
    assert not torch.equal(together[0], together[1])


@pytest.mark.parametrize("number", [0, 2])
def test_trained_together_is_trained_alone(number):
    many = drawn()
    network = copy.deepcopy(many.network(number))
    fit_all(many, X, Y, learning_rate=0.01, steps=20)
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    schedule = CosineAnnealingLR(optimizer, 20)
    for _ in range(20):
        optimizer.zero_grad()
        F.mse_loss(alone(network), Y).backward()
        optimizer.step()
        schedule.step()
    torch.testing.assert_close(many(X)[number], alone(network), rtol=1e-4, atol=1e-5)


def test_first_weights_are_drawn_as_torch_draws_them():
    # torch.nn.Linear: weights and biases evenly from -1 to 1 over the root of the inputs.
    many = drawn(num_networks=2000, widths=(4, 1))
    for parts in (many.weights[1].detach(), many.biases[1].detach()):
        assert parts.abs().max().item() == pytest.approx(0.5, abs=0.001)
        assert parts.mean().item() == pytest.approx(0, abs=0.02)
        assert parts.std().item() == pytest.approx(1 / 12**0.5, abs=0.01)
    assert many.weights[0].abs().max().item() == pytest.approx(1, abs=0.002)


def test_copies_lie_beside_a_network():
    exact = ManyNetworks.beside(sawtooth(2), 2, 0.0, Generator())
    assert torch.equal(exact(X)[1], alone(sawtooth(2)))
    noisy = ManyNetworks.beside(sawtooth(2), 500, 0.1, Generator().manual_seed(0))
    away = noisy.weights[0].detach()[:, :, 0] - sawtooth(2)[0].weight[:, 0]
    assert away.std().item() == pytest.approx(0.1, rel=0.1)
    assert (noisy.biases[0] - exact.biases[0][:1]).std().item() == pytest.approx(0.1, rel=0.1)
