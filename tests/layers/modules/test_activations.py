"""Activations as modules. Oracle: those of torch.nn, trained beside them."""

import pytest
import torch
from torch import nn

from course_lib import layers


class TorchWithScaledTanh:
    """torch.nn, and LeNet's squashing function written with torch's own."""

    Linear, LeakyReLU, PReLU = nn.Linear, nn.LeakyReLU, nn.PReLU

    class ScaledTanh(nn.Module):
        def forward(self, x):
            return 1.7159 * torch.tanh(2 * x / 3)


def _made(of):
    torch.manual_seed(5)
    return nn.Sequential(
        of.Linear(4, 6), of.LeakyReLU(0.2), of.Linear(6, 6), of.PReLU(6, init=0.1),
        of.Linear(6, 6), of.PReLU(), of.Linear(6, 3), of.ScaledTanh(), of.LeakyReLU(),
    ).double()  # fmt: skip


def test_training_equals_torch():
    ours, theirs = _made(layers), _made(TorchWithScaledTanh)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for step in range(3):
        torch.manual_seed(step)
        inputs, upstream = torch.randn(7, 4).double(), torch.randn(7, 3).double()
        for network in (ours, theirs):
            network.zero_grad()
            network(inputs).backward(upstream)
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter -= 0.1 * parameter.grad
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-11)


def test_writing_into_the_input_is_refused():
    with pytest.raises(ValueError, match="inplace=True is not written"):
        layers.LeakyReLU(inplace=True)(torch.zeros(2))
