"""The network that shows why depth pays: each layer doubles the teeth of a saw.

Source: Telgarsky 2016, "Benefits of depth in neural networks", arXiv:1602.04485, section 1; told
in the lecture sharif_2024. With the rectifier r(x) = max(0, x), the tent

    m(x) = r(2 r(x) - 4 r(x - 1/2))

goes from 0 up to 1 and back to 0 while x goes from 0 to 1. Applied n times it goes up and down
2^(n-1) times, in 2^n straight pieces. A single hidden layer needs 2^n - 1 nodes for as many.
"""

import torch
from torch import nn


def sawtooth(num_tents: int) -> nn.Sequential:
    """Apply the tent `num_tents` times: 3 rectified nodes for each, and 1 linear node at the end.

    Takes numbers of shape (n, 1). `linear_pieces(sawtooth(5), zeros(1), ones(1))` counts 32.
    """
    if num_tents < 1:
        raise ValueError(f"num_tents is {num_tents}; a saw needs at least one.")
    layers = [layer for _ in range(num_tents) for layer in _tent()]
    return nn.Sequential(*layers, _linear([[1.0]], [0.0]))


def _tent() -> list[nn.Module]:
    return [
        _linear([[1.0], [1.0]], [0.0, -0.5]),
        nn.ReLU(),
        _linear([[2.0, -4.0]], [0.0]),
        nn.ReLU(),
    ]


def _linear(weight: list[list[float]], bias: list[float]) -> nn.Linear:
    layer = nn.Linear(len(weight[0]), len(weight))
    layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
    return layer
