"""Oracle: shapes worked by hand with (size + 2 padding - kernel) // stride + 1."""

import pytest
import torch
from torch import nn

from course_lib.inspection import output_shapes


@pytest.fixture
def model() -> nn.Sequential:
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 8, 5, stride=2, padding=1), nn.ReLU()),
        nn.MaxPool2d(3, 2),
        nn.BatchNorm2d(8),
        nn.Flatten(),
        nn.Linear(8 * 4 * 6, 10),
    )


def test_layers_come_in_the_order_they_are_called(model):
    layers = output_shapes(model, (2, 3, 21, 29))
    assert [(layer.name, layer.kind, layer.output_shape) for layer in layers] == [
        ("0.0", "Conv2d", (2, 8, 10, 14)),
        ("0.1", "ReLU", (2, 8, 10, 14)),
        ("1", "MaxPool2d", (2, 8, 4, 6)),
        ("2", "BatchNorm2d", (2, 8, 4, 6)),
        ("3", "Flatten", (2, 192)),
        ("4", "Linear", (2, 10)),
    ]


def test_a_layer_called_twice_is_listed_twice():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.second, self.first = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x):
            return self.second(self.first(self.second(x)))

    names = [layer.name for layer in output_shapes(Twice(), (1, 4))]
    assert names == ["second", "first", "second"]


def test_a_single_layer_is_named_after_its_kind():
    assert output_shapes(nn.Linear(4, 3), (5, 4))[0].name == "Linear"


def test_of_several_outputs_the_first_is_shown():
    assert output_shapes(nn.LSTM(4, 6), (9, 2, 4))[0].output_shape == (9, 2, 6)


def test_the_model_is_left_as_it_was(model):
    model.double()
    model[0].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    modes = [module.training for module in model.modules()]
    output_shapes(model, (2, 3, 21, 29))
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


def test_a_size_that_does_not_fit_is_named_with_the_last_layer_that_ran(model):
    with pytest.raises(ValueError, match=r"\(1, 3, 40, 40\) .* stopped after '3' gave \(1, 648\)"):
        output_shapes(model, (1, 3, 40, 40))
    assert not any(module._forward_hooks for module in model.modules())


def test_the_table_shows_itself(model):
    table = output_shapes(model, (1, 3, 21, 29))
    assert "0.0    Conv2d       1 × 8 × 10 × 14" in repr(table)
    assert "<td" in table._repr_html_()


@pytest.mark.gpu
def test_a_model_on_the_gpu_is_asked_there(model):
    assert output_shapes(model.cuda(), (1, 3, 21, 29))[-1].output_shape == (1, 10)
