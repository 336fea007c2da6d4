"""Oracles: the tent applied by hand, and counts worked by hand."""

import pytest
import torch
from torch import nn

from course_lib.claims import depth
from course_lib.inspection import sawtooth


def test_a_saw_of_n_tents_has_twice_the_teeth_of_one_tent_less():
    # By hand: one tent rises and falls once, and each further tent goes through both halves.
    assert depth.sawtooth_teeth() == [1, 2, 4, 8, 16, 32]
    assert depth.sawtooth_pieces() == [2, 4, 8, 16, 32, 64]
    assert depth.sawtooth_nodes() == [3 * n + 1 for n in range(1, 7)]
    assert depth.layers_of_a_tent() == [2, 3]


def test_the_tent_at_places_worked_by_hand():
    x = torch.tensor([[-1.0], [0.0], [0.25], [0.5], [0.75], [1.0], [3.0]])
    assert sawtooth(1)(x)[:, 0].tolist() == [0, 0, 0.5, 1, 0.5, 0, 0]
    assert depth.tent_equals_its_definition()


def test_one_hidden_layer_needs_a_node_a_piece():
    assert depth.shallow_nodes() == [2**n + 1 for n in range(1, 7)]
    deep_is_smaller = [2**n > 3 * n for n in range(1, 7)]
    assert deep_is_smaller == [False, False, False, True, True, True]
    assert depth.shallow_needs_more_nodes()


@pytest.mark.parametrize("num_tents", [1, 2, 6])
def test_two_n_plus_one_nodes_are_enough(num_tents):
    # What the remark on 3n + 1 nodes says: the next tent does the outer rectifier's work.
    layers = [nn.Linear(1, 2), nn.ReLU()]
    layers[0].weight.data = torch.ones(2, 1)
    layers[0].bias.data = torch.tensor([0.0, -0.5])
    for _ in range(num_tents - 1):
        between = nn.Linear(2, 2)
        between.weight.data = torch.tensor([[2.0, -4.0], [2.0, -4.0]])
        between.bias.data = torch.tensor([0.0, -0.5])
        layers += [between, nn.ReLU()]
    last = nn.Linear(2, 1)
    last.weight.data, last.bias.data = torch.tensor([[2.0, -4.0]]), torch.zeros(1)
    network = nn.Sequential(*layers, last, nn.ReLU())
    linear = (layer for layer in network if isinstance(layer, nn.Linear))
    assert sum(layer.out_features for layer in linear) == 2 * num_tents + 1
    x = torch.linspace(-1, 2, 3073)[:, None]
    assert torch.equal(network(x), sawtooth(num_tents)(x))


def test_depth_multiplies_is_refused_where_it_does_not(monkeypatch):
    assert depth.depth_multiplies_and_width_adds()
    monkeypatch.setattr(depth, "sawtooth_pieces", lambda: [2, 4, 6, 8, 10, 12])
    assert not depth.depth_multiplies_and_width_adds()
