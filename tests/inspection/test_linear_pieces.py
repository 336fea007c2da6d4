"""Oracle: kinks worked by hand, a fine grid, and the bound for one hidden layer."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import linear_pieces
from course_lib.layers import modules as written_out

ZERO, ONE = torch.zeros(1), torch.ones(1)


def hidden(places, heights) -> nn.Sequential:
    """The sum of heights times rectifiers that turn on at places."""
    model = nn.Sequential(nn.Linear(1, len(places)), nn.ReLU(), nn.Linear(len(places), 1))
    model[0].weight.data.fill_(1.0)
    model[0].bias.data = -torch.tensor(places)
    model[2].weight.data = torch.tensor([heights])
    model[2].bias.data.zero_()
    return model


def test_one_hidden_layer_bends_where_its_units_turn_on():
    pieces = linear_pieces(hidden([0.25, 0.5, 0.75], [1.0, -3.0, 2.0]), ZERO, ONE)
    assert pieces.ends.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert pieces.values[:, 0].tolist() == [0, 0, 0.25, -0.25, -0.25]
    assert pieces.slopes[:, 0].tolist() == [0, 1, -2, 0]
    assert (len(pieces), pieces.regions, pieces.teeth) == (4, 4, 1)


def test_places_are_parts_of_the_line():
    pieces = linear_pieces(hidden([0.25], [1.0]), 2 * ONE, -2 * ONE)
    assert pieces.ends.tolist() == [0, 1.75 / 4, 1]
    assert pieces.slopes[:, 0].tolist() == [-4, 0]


def test_a_unit_that_the_output_ignores_makes_a_region_but_no_piece():
    pieces = linear_pieces(hidden([0.25, 0.5], [1.0, 0.0]), ZERO, ONE)
    assert (len(pieces), pieces.regions) == (2, 3)
    assert pieces.ends.tolist() == [0, 0.25, 1]
    assert pieces.values[:, 0].tolist() == [0, 0, 0.75]


def test_two_units_that_cancel_each_other_leave_a_straight_line():
    pieces = linear_pieces(hidden([0.5, 0.5], [1.0, -1.0]), ZERO, ONE)
    assert (len(pieces), pieces.regions) == (1, 2)


def test_kinks_at_the_very_ends_cut_nothing_off():
    assert len(linear_pieces(hidden([0.0, 1.0], [1.0, 1.0]), ZERO, ONE)) == 1


def test_kinks_that_differ_by_rounding_are_one():
    # Both units turn on at 0.1, the second eleven times as steeply.
    model = hidden([0.0, 0.0], [1.0, 1.0]).double()
    model[0].weight.data = torch.tensor([[1.0], [11.0]], dtype=torch.float64)
    model[0].bias.data = -0.1 * model[0].weight.data[:, 0]
    assert linear_pieces(model, -ONE, 2 * ONE).regions == 2


def test_a_kink_that_is_at_an_end_but_for_rounding_cuts_nothing_off():
    model = hidden([0.0, 0.0], [1.0, 1.0]).double()
    model[0].bias.data = torch.tensor([-1e-13, -1 + 1e-13], dtype=torch.float64)
    assert linear_pieces(model, ZERO, ONE).regions == 1


def test_an_output_bends_where_any_of_them_does():
    model = nn.Sequential(hidden([0.25, 0.5], [1.0, 1.0])[:2], nn.Linear(2, 2))
    model[1].weight.data = torch.eye(2)
    pieces = linear_pieces(model, ZERO, ONE)
    assert pieces.ends.tolist() == [0, 0.25, 0.5, 1]
    assert pieces.slopes.shape == (3, 2)


def test_teeth_rise_and_then_fall():
    # Up, flat, down: one tooth. Down, up: none. Up, down, up, down: two.
    flat = hidden([0.0, 0.25, 0.5], [1.0, -1.0, -1.0])
    valley = hidden([0.0, 0.5], [-1.0, 2.0])
    two = hidden([0.0, 0.25, 0.5, 0.75], [1.0, -2.0, 2.0, -2.0])
    assert [linear_pieces(m, ZERO, ONE).teeth for m in (flat, valley, two)] == [1, 0, 2]


@pytest.mark.parametrize("kinds", [nn, written_out])
def test_a_random_network_bends_where_a_fine_grid_does(kinds):
    model = nn.Sequential(
        kinds.Linear(3, 9), kinds.ReLU(), kinds.Linear(9, 7), kinds.ReLU(), kinds.Linear(7, 2)
    ).double()
    end = torch.randn(3, dtype=torch.float64) * 6
    start = 0.1 - end
    pieces = linear_pieces(model, start, end)
    places = torch.linspace(0, 1, 40_001, dtype=torch.float64)
    outputs = model(start + places[:, None] * (end - start)).detach()
    # Straight between the ends: interpolation gives the network's own outputs.
    right = torch.searchsorted(pieces.ends, places).clamp(1, len(pieces))
    left = right - 1
    share = (places - pieces.ends[left]) / (pieces.ends[right] - pieces.ends[left])
    line = pieces.values[left] * (1 - share[:, None]) + pieces.values[right] * share[:, None]
    torch.testing.assert_close(line, outputs, rtol=0, atol=1e-10)
    # And no end too many: each grid cell that bends holds one, and there are no others.
    bends = (outputs.diff(n=2, dim=0).abs().amax(dim=1) > 1e-9).nonzero()[:, 0]
    groups = 1 + (bends.diff() > 1).sum()
    assert len(pieces) == groups + 1
    assert len(pieces) > 5


@pytest.mark.parametrize("width", [1, 5, 40])
def test_one_hidden_layer_of_w_units_has_at_most_w_kinks(width):
    model = nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 1))
    pieces = linear_pieces(model, -10 * torch.ones(4), 10 * torch.ones(4))
    assert len(pieces) <= width + 1


def test_without_rectifiers_there_is_one_piece():
    assert len(linear_pieces(nn.Linear(3, 2), torch.zeros(3), torch.ones(3))) == 1


def test_convolutional_networks_are_cut_too():
    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm, self.linear = (
                nn.Conv2d(1, 3, 3),
                nn.BatchNorm2d(3),
                nn.Linear(3, 2),
            )

        def forward(self, x):
            x = F.relu(self.norm(self.conv(x)))
            return self.linear((x + F.relu(-x + 0.1)).mean(dim=(2, 3)))

    pieces = linear_pieces(Small(), -torch.ones(1, 5, 5), torch.randn(1, 5, 5))
    assert pieces.regions >= len(pieces) > 10


@pytest.mark.parametrize(
    "layer", [nn.Tanh(), nn.Sequential(nn.Unflatten(1, (1, -1)), nn.MaxPool1d(5), nn.Flatten())]
)
def test_what_bends_the_line_otherwise_is_named(layer):
    model = nn.Sequential(nn.Linear(2, 10), layer)
    with pytest.raises(
        ValueError, match=r"model bends between the kinks .* neither linear nor max"
    ):
        linear_pieces(model, -5 * torch.ones(2), 5 * torch.ones(2))


def test_a_line_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"\(2, 4\) does not fit"):
        linear_pieces(nn.Linear(3, 1), torch.zeros(4), torch.ones(4))


def test_the_model_is_left_as_it_was(network, images, stays_as_it_is):
    with stays_as_it_is(network):
        linear_pieces(network, images[0], images[1])


@pytest.mark.gpu
def test_a_model_on_the_gpu_is_cut_there():
    model = hidden([0.25, 0.5], [1.0, 1.0]).cuda()
    pieces = linear_pieces(model, ZERO.cuda(), ONE.cuda())
    assert pieces.ends.tolist() == [0, 0.25, 0.5, 1]
