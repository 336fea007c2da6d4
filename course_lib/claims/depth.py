"""Teeth, pieces and nodes of the saw that shows why depth pays.

Lecture: sharif_2024, "Intuition". Source: Telgarsky 2016, arXiv:1602.04485.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from course_lib.inspection import linear_pieces, sawtooth
from course_lib.inspection.linear_pieces import LinearPieces
from course_lib.inspection.shallow_sawtooth import shallow_sawtooth
from course_lib.layers import relu

TENTS = range(1, 7)


def tent_equals_its_definition() -> bool:
    """Whether r(2 r(x) - 4 r(x - 1/2)) is 2x, 2 - 2x and 0 in its three parts, from -2 to 3."""
    x = torch.arange(-2048, 3073, dtype=torch.float64) / 1024
    parts = torch.where(x <= 0.5, 2 * x, 2 - 2 * x).where((x >= 0) & (x <= 1), 0)
    return torch.equal(relu(2 * relu(x) - 4 * relu(x - 0.5)), parts)


def layers_of_a_tent() -> list[int]:
    """Layers of one tent: those that end in a rectifier, and with the linear output."""
    kinds = [type(layer) for layer in sawtooth(1)]
    return [kinds.count(nn.ReLU), kinds.count(nn.Linear)]


def sawtooth_teeth() -> list[int]:
    """How often n tents in a row rise and fall, n = 1 to 6: 2^(n-1)."""
    return [_cut(sawtooth(n)).teeth for n in TENTS]


def sawtooth_pieces() -> list[int]:
    """The straight pieces of n tents in a row, n = 1 to 6: 2^n."""
    return [len(_cut(sawtooth(n))) for n in TENTS]


def sawtooth_nodes() -> list[int]:
    """The nodes of n tents in a row, n = 1 to 6: 3n rectified, and a linear one at the end."""
    return [_nodes(sawtooth(n)) for n in TENTS]


def shallow_nodes() -> list[int]:
    """The nodes of one hidden layer and its output with the same saw from 0 to 1: 2^n + 1."""
    x = torch.linspace(0, 1, 1025)[:, None]
    networks = [shallow_sawtooth(n) for n in TENTS]
    for n, network in zip(TENTS, networks, strict=True):
        if not torch.equal(network(x), sawtooth(n)(x)):
            raise ValueError(f"The shallow network of {n} tents is not the saw.")
    return [_nodes(network) for network in networks]


def shallow_needs_more_nodes() -> bool:
    """Whether six tents take more nodes in one hidden layer than one after the other."""
    return shallow_nodes()[-1] > sawtooth_nodes()[-1]


def depth_multiplies_and_width_adds() -> bool:
    """Whether 3 nodes more double the pieces of a deep network, and add 3 to a shallow one's."""
    deep = sawtooth_pieces()
    shallow = [len(_cut(_bending_everywhere(3 * n))) for n in TENTS]
    doubles = all(after == 2 * before for before, after in pairwise(deep))
    adds = all(after == before + 3 for before, after in pairwise(shallow))
    return doubles and adds


def _cut(model: nn.Module) -> LinearPieces:
    return linear_pieces(model, torch.zeros(1), torch.ones(1))


def _nodes(model: nn.Sequential) -> int:
    return sum(layer.out_features for layer in model if isinstance(layer, nn.Linear))


def _bending_everywhere(num_nodes: int) -> nn.Sequential:
    """One hidden layer that bends at as many places as it has nodes: more it cannot."""
    model = nn.Sequential(nn.Linear(1, num_nodes), nn.ReLU(), nn.Linear(num_nodes, 1))
    places: Tensor = torch.arange(1, num_nodes + 1) / (num_nodes + 1)
    model[0].weight.data.fill_(1.0)
    model[0].bias.data = -places
    model[2].weight.data.fill_(1.0)
    return model
