"""Oracle: norms by hand, and the chain rule for a chain of scalars."""

import math

import pytest
import torch
from torch import nn

from course_lib.inspection import gradient_norms


def test_the_norm_is_that_of_all_parameters_of_the_layer():
    model = nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1))
    for parameter in model.parameters():
        parameter.data.fill_(2.0)
        parameter.grad = torch.zeros_like(parameter)
    model[0].weight.grad[:] = torch.tensor([3.0, -4.0])
    model[0].bias.grad[:] = 12.0
    first, last = gradient_norms(model)
    assert (first.name, first.kind, last.name) == ("0", "Linear", "2")
    assert first.norm == 13  # 9 + 16 + 144 = 169
    assert first.weight_norm == pytest.approx(math.sqrt(3 * 4))
    assert first.ratio == pytest.approx(13 / math.sqrt(12))
    assert (last.norm, last.ratio) == (0, 0)


def test_gradients_vanish_towards_the_first_layer_behind_sigmoids():
    # Of T sigmoids in a row each passes on w s'(z) of what comes to it, at most w / 4.
    model = nn.Sequential()
    for _ in range(6):
        model.extend([nn.Linear(1, 1, bias=False), nn.Sigmoid()])
    for layer in model[::2]:
        layer.weight.data.fill_(1.0)
    model.double()(torch.ones(1, 1, dtype=torch.float64)).sum().backward()
    values = [torch.tensor(1.0, dtype=torch.float64)]
    for _ in range(6):
        values.append(values[-1].sigmoid())
    slopes = [v * (1 - v) for v in values[1:]]
    expected = [(values[layer] * torch.stack(slopes[layer:]).prod()).item() for layer in range(6)]
    found = gradient_norms(model)
    assert [layer.norm for layer in found] == pytest.approx(expected, rel=1e-12)
    assert found[0].norm < found[-1].norm / 4**4


def test_layers_without_a_gradient_are_left_out(network):
    network.second.weight.grad = network.second.bias.grad = None
    assert [layer.name for layer in gradient_norms(network)] == ["first", "norm", "classifier"]


def test_a_shared_parameter_counts_once():
    first, second = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
    second.weight = first.weight
    model = nn.Sequential(first, second)
    model(torch.ones(1, 2)).sum().backward()
    assert [layer.name for layer in gradient_norms(model)] == ["0"]


def test_a_layer_of_zeros_has_no_finite_ratio():
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.zero_()
    model(torch.ones(1, 1)).backward()
    (layer,) = gradient_norms(model)
    assert (layer.name, layer.norm, layer.ratio) == ("Linear", 1, math.inf)


def test_the_model_is_left_as_it_was(network, stays_as_it_is):
    with stays_as_it_is(network):
        gradient_norms(network)


def test_before_a_backward_there_is_nothing_to_read():
    with pytest.raises(ValueError, match=r"no gradients; call loss.backward\(\) first"):
        gradient_norms(nn.Linear(2, 2))


def test_the_table_shows_itself():
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(3.0)
    model(torch.full((1, 1), 0.123456)).backward()
    assert repr(gradient_norms(model)).splitlines()[-1].split()[1:] == [
        "Linear",
        "0.123",
        "3",
        "0.0412",
    ]
    assert "<td" in gradient_norms(model)._repr_html_()


@pytest.mark.gpu
def test_gradients_on_the_gpu_have_the_same_norms(network):
    expected = [layer.norm for layer in gradient_norms(network)]
    found = [layer.norm for layer in gradient_norms(network.cuda())]
    assert found == pytest.approx(expected, rel=1e-5)
