"""Oracle: the same saw from tents in a row, and its pieces counted."""

import pytest
import torch

from course_lib.inspection import linear_pieces, sawtooth
from course_lib.inspection.shallow_sawtooth import shallow_sawtooth


@pytest.mark.parametrize("num_tents", [1, 2, 3, 10])
def test_it_is_the_saw_of_as_many_tents_from_0_to_1(num_tents):
    x = torch.linspace(0, 1, 2**12 + 1)[:, None]
    assert torch.equal(shallow_sawtooth(num_tents)(x), sawtooth(num_tents)(x))


@pytest.mark.parametrize("num_tents", [1, 4])
def test_it_has_one_hidden_layer_with_a_node_a_piece(num_tents):
    model = shallow_sawtooth(num_tents)
    assert [tuple(p.shape) for p in model.parameters()] == [
        (2**num_tents, 1),
        (2**num_tents,),
        (1, 2**num_tents),
        (1,),
    ]
    assert len(linear_pieces(model, torch.zeros(1), torch.ones(1))) == 2**num_tents


def test_a_saw_needs_a_tooth():
    with pytest.raises(ValueError, match="num_tents is 0"):
        shallow_sawtooth(0)
