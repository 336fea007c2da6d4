"""Many small networks of one shape, trained side by side as if each were alone.

One matrix product computes a layer of all of them. Their losses are added up, so each gets the
gradient of its own alone, and Adam moves every number by its own gradient.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from course_lib.optimizers import Adam
from course_lib.optimizers.schedules import CosineAnnealingLR


class ManyNetworks(nn.Module):
    """Chains of linear layers with rectifiers between them, from one number to one number."""

    def __init__(self, weights: Sequence[Tensor], biases: Sequence[Tensor]):
        super().__init__()
        self.weights, self.biases = nn.ParameterList(weights), nn.ParameterList(biases)

    @classmethod
    def drawn(cls, num_networks: int, widths: Sequence[int], generator: Generator):
        """First weights as torch.nn.Linear draws them; `widths` are those of the hidden layers."""
        weights, biases = [], []
        for inputs, outputs in pairwise([1, *widths, 1]):
            for parts, columns in ((weights, inputs), (biases, 1)):
                numbers = torch.rand(num_networks, outputs, columns, generator=generator)
                parts.append((2 * numbers - 1) / inputs**0.5)
        return cls(weights, biases)

    @classmethod
    def beside(cls, model: nn.Sequential, num_networks: int, noise: float, generator: Generator):
        """Copies of one network, with `noise` times a normal number added to each weight."""
        weights, biases = [], []
        for layer in (layer for layer in model if isinstance(layer, nn.Linear)):
            for parts, part in ((weights, layer.weight), (biases, layer.bias[:, None])):
                copies = part.detach().expand(num_networks, -1, -1)
                parts.append(copies + noise * torch.randn(copies.shape, generator=generator))
        return cls(weights, biases)

    def forward(self, x: Float[Tensor, " points"]) -> Float[Tensor, "networks points"]:
        hidden = x.expand(len(self.weights[0]), 1, -1)  # networks  width  points
        layers = list(zip(self.weights, self.biases, strict=True))
        for weight, bias in layers[:-1]:
            hidden = torch.baddbmm(bias, weight, hidden).relu()
        weight, bias = layers[-1]
        return torch.baddbmm(bias, weight, hidden)[:, 0]

    def errors(
        self, x: Float[Tensor, " points"], y: Float[Tensor, " points"]
    ) -> Float[Tensor, " networks"]:
        """The mean squared error of each network."""
        return (self(x) - y).square().mean(dim=1)

    def network(self, number: int) -> nn.Sequential:
        """One of them by itself; it takes numbers of shape (n, 1)."""
        layers: list[nn.Module] = []
        for weight, bias in zip(self.weights, self.biases, strict=True):
            layer = nn.Linear(weight.shape[2], weight.shape[1], device=weight.device)
            layer.weight.data = weight[number].detach().clone()
            layer.bias.data = bias[number, :, 0].detach().clone()
            layers += [layer, nn.ReLU()]
        return nn.Sequential(*layers[:-1])


def fit_all(
    model: ManyNetworks,
    x: Float[Tensor, " points"],
    y: Float[Tensor, " points"],
    learning_rate: float,
    steps: int,
) -> None:
    """Train all networks in place on all points at each step; the rate falls along a cosine."""
    optimizer = Adam(model.parameters(), learning_rate)
    schedule = CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        model.errors(x, y).sum().backward()
        optimizer.step()
        schedule.step()
