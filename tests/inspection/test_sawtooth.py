"""Oracle: the lecture's piecewise definition of the tent, applied by hand."""

import pytest
import torch
from torch import nn

from course_lib.inspection import linear_pieces, sawtooth


def tent(x):
    """The function m of the lecture sharif_2024: 2x up to a half, 2 - 2x up to 1, else 0."""
    return torch.where((x < 0) | (x > 1), 0.0, torch.where(x <= 0.5, 2 * x, 2 - 2 * x))


@pytest.mark.parametrize("num_tents", [1, 2, 3, 6])
def test_it_applies_the_tent_as_often_as_asked(num_tents):
    x = torch.linspace(-0.5, 1.5, 1025)[:, None]
    expected = x
    for _ in range(num_tents):
        expected = tent(expected)
    torch.testing.assert_close(sawtooth(num_tents)(x).detach(), expected)


@pytest.mark.parametrize("num_tents", [1, 2, 5, 10])
def test_it_has_3n_plus_1_nodes_and_2_to_the_n_pieces(num_tents):
    model = sawtooth(num_tents)
    nodes = sum(layer.out_features for layer in model if isinstance(layer, nn.Linear))
    assert nodes == 3 * num_tents + 1
    pieces = linear_pieces(model, torch.zeros(1), torch.ones(1))
    assert len(pieces) == 2**num_tents
    # Two pieces make a tooth: up and down.
    assert pieces.teeth == 2 ** (num_tents - 1)
    assert pieces.slopes.abs().unique().tolist() == [2**num_tents]
    assert pieces.ends.tolist() == [k / 2**num_tents for k in range(2**num_tents + 1)]


def test_a_saw_needs_a_tooth():
    with pytest.raises(ValueError, match="num_tents is 0"):
        sawtooth(0)
