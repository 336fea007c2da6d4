"""Our SGD against torch.optim.SGD, in float64."""

import copy

import pytest
import torch
from torch import nn

from course_lib.optimizers import SGD

OPTIONS = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.8, "dampening": 0.3},
    "decayed": {"weight_decay": 0.01},
    "all": {"momentum": 0.9, "dampening": 0.1, "weight_decay": 0.02},
    "nesterov": {"momentum": 0.9, "weight_decay": 0.02, "nesterov": True},
}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)).double()


def walk(model, optimizer, steps, seed):
    """Some steps on drawn data; the same seed gives the same data."""
    draw = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        x = torch.randn(8, 5, generator=draw, dtype=torch.float64)
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def assert_same(model, other):
    for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_equals_torch_after_100_steps(options):
    ours, theirs = network(), network()
    walk(ours, SGD(ours.parameters(), lr=0.1, **options), 100, seed=1)
    walk(theirs, torch.optim.SGD(theirs.parameters(), lr=0.1, **options), 100, seed=1)
    assert_same(ours, theirs)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_goes_on_from_its_state_dict_and_from_torchs(options):
    whole, ours = network(), network()
    optimizer = SGD(whole.parameters(), lr=0.1, **options)
    first = SGD(ours.parameters(), lr=0.1, **options)
    walk(ours, first, 50, seed=1)
    theirs = network()
    torch_first = torch.optim.SGD(theirs.parameters(), lr=0.1, **options)
    walk(theirs, torch_first, 50, seed=1)
    for state in (first.state_dict(), torch_first.state_dict()):
        model = copy.deepcopy(ours)
        second = SGD(model.parameters(), lr=123.0)
        second.load_state_dict(state)
        walk(model, second, 50, seed=2)
        whole = network()
        optimizer = SGD(whole.parameters(), lr=0.1, **options)
        walk(whole, optimizer, 50, seed=1)
        walk(whole, optimizer, 50, seed=2)
        assert_same(model, whole)


def test_groups_have_their_own_options_and_follow_a_schedule():
    ours, theirs = network(), network()
    for model, kind in ((ours, SGD), (theirs, torch.optim.SGD)):
        groups = [
            {"params": model[0].parameters(), "lr": 0.01},
            {"params": model[2].parameters(), "momentum": 0.5},
        ]
        optimizer = kind(groups, lr=0.2)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
        for _ in range(3):
            walk(model, optimizer, 10, seed=3)
            schedule.step()
    assert_same(ours, theirs)


def test_leaves_parameters_without_a_gradient_alone():
    model = network()
    model[0].weight.requires_grad_(False)
    before = model[0].weight.clone()
    walk(model, SGD(model.parameters(), lr=0.1, weight_decay=0.5), 3, seed=0)
    assert torch.equal(model[0].weight, before)


def test_step_returns_the_loss_of_a_closure():
    model = network()
    optimizer = SGD(model.parameters(), lr=0.1)
    x = torch.ones(1, 5, dtype=torch.float64)

    def closure():
        optimizer.zero_grad()
        loss = model(x).sum()
        loss.backward()
        return loss

    expected = model(x).sum().item()
    assert optimizer.step(closure).item() == expected
    assert model(x).sum().item() < expected


@pytest.mark.parametrize("name", ["lr", "momentum", "weight_decay"])
@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_refuses_what_makes_no_sense(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        SGD(network().parameters(), **{name: value})


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_needs_momentum_without_dampening(options):
    with pytest.raises(ValueError, match="nesterov=True looks ahead"):
        SGD(network().parameters(), nesterov=True, **options)


@pytest.mark.gpu
def test_equals_torch_on_the_gpu():
    ours, theirs = network().cuda(), network().cuda()
    for model, kind in ((ours, SGD), (theirs, torch.optim.SGD)):
        optimizer = kind(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
        for _ in range(100):
            optimizer.zero_grad()
            model(torch.ones(2, 5, dtype=torch.float64, device="cuda")).square().mean().backward()
            optimizer.step()
    assert_same(ours, theirs)
