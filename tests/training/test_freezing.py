"""Freezing. Oracle: what a step of training leaves as it was, bit for bit."""

from copy import deepcopy

import torch
from torch import nn

from course_lib.training import freeze, thaw


def _network():
    return nn.Sequential(
        nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Dropout(0.5)), nn.Linear(5, 2)
    )


def _step(model):
    model.train()
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    model(torch.randn(8, 4)).square().sum().backward()
    optimizer.step()


def test_a_frozen_block_keeps_weights_and_running_averages_while_the_rest_learns():
    model = _network()
    freeze(model[0])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    _step(model)
    changed = {name for name, value in model.state_dict().items() if not value.equal(before[name])}
    assert changed == {"1.weight", "1.bias"}


def test_a_frozen_block_drops_nothing_even_in_training_mode():
    model = _network()
    freeze(model[0])
    model.train()
    images = torch.randn(3, 4)
    assert model(images).equal(model(images))


def test_a_thawed_block_learns_again():
    model = _network()
    freeze(model)
    freeze(model)  # twice is as good as once
    thaw(model)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    _step(model)
    changed = {name for name, value in model.state_dict().items() if not value.equal(before[name])}
    assert changed == set(before)


def test_freezing_leaves_the_names_of_the_weights_alone():
    model = _network()
    names = list(model.state_dict())
    freeze(model)
    assert list(model.state_dict()) == names


def test_a_copy_can_be_thawed():
    model = _network()
    freeze(model)
    copied = deepcopy(model)
    freeze(copied)
    thaw(copied)
    copied.train()
    copied(torch.randn(8, 4))
    assert all(each.training for each in copied.modules())
    model.train()
    model(torch.randn(8, 4))
    assert not any(each.training for each in model.modules())
