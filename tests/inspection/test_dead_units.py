"""Oracle: rectifiers worked by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import dead_units
from course_lib.inspection.rectifiers import rectified
from course_lib.layers import modules as written_out

aten = torch.ops.aten


@pytest.mark.parametrize("kind", [nn.ReLU, written_out.ReLU, lambda: nn.ReLU(inplace=True)])
def test_a_unit_is_dead_that_no_image_turns_on(kind):
    found = dead_units(nn.Sequential(kind()), torch.tensor([[1.0, -1, 0], [-2, -2, 0]]))
    assert [(row.name, row.units, row.dead) for row in found] == [("0", 3, 2)]
    assert found[0].off == pytest.approx(5 / 6)
    assert found.share == pytest.approx(2 / 3)


def test_in_a_map_all_places_are_one_unit():
    maps = -torch.ones(2, 3, 4, 5)
    maps[1, 2, 3, 4] = 1
    found = dead_units(nn.ReLU(), maps)
    assert (found[0].units, found[0].dead) == (3, 2)
    assert found[0].off == pytest.approx(1 - 1 / maps.numel())


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.relu = nn.Linear(2, 4), nn.Linear(4, 1), nn.ReLU()

    def forward(self, x):
        x = F.relu(self.first(torch.clamp(x, min=0)))
        return self.second(self.relu(x).clamp_min(0)).clamp(min=0, max=6).clamp(min=-1)


def test_a_rectifier_that_is_no_module_is_named_after_what_it_takes():
    model = Functional()
    model.first.weight.data.zero_()
    model.first.bias.data = torch.tensor([1.0, -1, 1, -1])
    found = dead_units(model, torch.ones(3, 2))
    assert [(row.name, row.units, row.dead) for row in found] == [
        ("after the images", 2, 0),
        ("after first", 4, 2),
        ("relu", 4, 2),
        ("after relu", 4, 2),
    ]
    assert found.share == 6 / 14


@pytest.mark.parametrize(
    ("operation", "arguments", "is_one"),
    [
        (aten.relu.default, (1,), True),
        (aten.relu_.default, (1,), True),
        (aten.clamp.default, (1, 0), True),
        (aten.clamp_min.default, (1, 0.0), True),
        (aten.clamp_min_.default, (1, 0), True),
        (aten.clamp.default, (1, 0, 6), False),
        (aten.clamp.default, (1, 1), False),
        (aten.tanh.default, (1,), False),
    ],
)
def test_only_the_maximum_of_zero_and_x_is_a_rectifier(operation, arguments, is_one):
    x = torch.ones(1)
    found = rectified(operation, (x, *arguments[1:]))
    assert (found is x) if is_one else (found is None)


def test_a_model_without_rectifiers_is_named():
    with pytest.raises(ValueError, match=r"no rectifier: nothing in it computes max\(0, x\)"):
        dead_units(nn.Tanh(), torch.ones(2, 3))


def test_the_model_is_left_as_it_was(network, images, stays_as_it_is):
    with stays_as_it_is(network):
        dead_units(network, images)


def test_the_table_shows_itself():
    found = dead_units(nn.ReLU(), torch.tensor([[1.0, -1, 0], [-2, -2, 0]]))
    assert repr(found).splitlines()[-1].split() == ["ReLU", "3", "2", "0.833"]
    assert "<td" in found._repr_html_()


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_the_same(network, images):
    expected = [(row.name, row.dead) for row in dead_units(network, images)]
    assert [(row.name, row.dead) for row in dead_units(network.cuda(), images)] == expected
