"""A scheme for a whole network. Oracle: the scheme on each layer, one after the other."""

import pytest
import torch
from torch import nn

from course_lib.initialization import constant_, dirac_, initialize, kaiming_normal_


def network():
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.Sequential(nn.Conv2d(4, 4, 1, bias=False), nn.ReLU()),
        nn.Flatten(),
        nn.Linear(4, 2),
    )


def test_calls_the_scheme_layer_by_layer_with_its_options():
    ours, theirs = network(), network()
    generator = torch.Generator().manual_seed(1)
    options = {"mode": "fan_out", "nonlinearity": "relu"}
    assert initialize(ours, kaiming_normal_, generator=generator, **options) is ours
    generator.manual_seed(1)
    for layer in (theirs[0], theirs[2][0], theirs[4]):
        nn.init.kaiming_normal_(layer.weight, generator=generator, **options)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    for name, value in theirs.state_dict().items():
        assert ours.state_dict()[name].equal(value), name


def test_biases_get_their_number_and_other_layers_are_left_alone():
    model = network()
    nn.init.constant_(model[1].bias, 9.0)
    initialize(model, constant_, bias=0.5, val=2.0)
    assert model[0].bias.tolist() == [0.5] * 4
    assert model[4].weight.tolist() == [[2.0] * 4] * 2
    assert model[1].weight.tolist() == [1.0] * 4
    assert model[1].bias.tolist() == [9.0] * 4


def test_only_the_kinds_that_are_asked_for():
    model = network()
    before = model[4].weight.clone()
    initialize(model, dirac_, kinds=nn.Conv2d)
    assert model[0].weight.sum() == 3
    assert model[4].weight.equal(before)


def test_a_network_without_such_layers_is_named():
    with pytest.raises(
        ValueError, match=r"model, a Sequential, has no layer of the kinds .*Conv2d"
    ):
        initialize(nn.Sequential(nn.ReLU()), kaiming_normal_)
