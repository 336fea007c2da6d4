"""Every optimizer beside the one of torch.optim with the same name and options, in float64."""

import copy

import pytest
import torch
from torch import nn

from course_lib import optimizers

CASES = {
    "SGD": ("SGD", {}),
    "SGD, momentum": ("SGD", {"momentum": 0.9}),
    "SGD, dampened": ("SGD", {"momentum": 0.8, "dampening": 0.3}),
    "SGD, all": ("SGD", {"momentum": 0.9, "dampening": 0.1, "weight_decay": 0.02}),
    "SGD, nesterov": ("SGD", {"momentum": 0.9, "weight_decay": 0.02, "nesterov": True}),
    "Adagrad": ("Adagrad", {}),
    "Adagrad, all": (
        "Adagrad",
        {"lr_decay": 0.1, "weight_decay": 0.02, "initial_accumulator_value": 0.5, "eps": 0.01},
    ),
    "RMSprop": ("RMSprop", {}),
    "RMSprop, centered": ("RMSprop", {"centered": True, "alpha": 0.9, "eps": 0.01}),
    "RMSprop, momentum": ("RMSprop", {"momentum": 0.7, "weight_decay": 0.02}),
    "RMSprop, all": (
        "RMSprop",
        {"centered": True, "momentum": 0.7, "weight_decay": 0.02, "alpha": 0.8},
    ),
    "Adadelta": ("Adadelta", {}),
    "Adadelta, all": ("Adadelta", {"rho": 0.95, "eps": 1e-3, "weight_decay": 0.02}),
    "Adam": ("Adam", {}),
    "Adam, all": (
        "Adam",
        {"betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.02, "amsgrad": True},
    ),
    "AdamW": ("AdamW", {}),
    "AdamW, all": ("AdamW", {"betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.3}),
    "AdamW, amsgrad": ("AdamW", {"weight_decay": 0.0, "amsgrad": True}),
}
every_case = pytest.mark.parametrize("case", CASES)


class TwoHeads(nn.Module):
    """A step uses one head of the two, so the other has no gradient; `spare` never has one."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(5, 7)
        self.heads = nn.ModuleList([nn.Linear(7, 3), nn.Linear(7, 2)])
        self.spare = nn.Parameter(torch.ones(2))

    def forward(self, x, head):
        return self.heads[head](torch.tanh(self.stem(x)))


def network(device="cpu"):
    torch.manual_seed(0)
    return TwoHeads().double().to(device)


def pair(case):
    """Ours, then torch's, each to be called with parameters."""
    name, options = CASES[case]

    def build(kind):
        return lambda params, lr=0.05: kind(params, **{"lr": lr} | options)

    return build(getattr(optimizers, name)), build(getattr(torch.optim, name))


def walk(model, optimizer, steps, seed):
    """Some steps on drawn data; the same seed gives the same data."""
    draw = torch.Generator().manual_seed(seed)
    device = model.spare.device
    for step in range(steps):
        x = torch.randn(8, 5, generator=draw, dtype=torch.float64).to(device)
        optimizer.zero_grad()
        # Now and then a steep loss, so that the largest square is not the latest one.
        steepness = 3 if step == 20 else 1
        (steepness * model(x, head=step % 3 % 2)).square().mean().backward()
        optimizer.step()


def assert_same(model, other):
    for ours, theirs in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)


@every_case
def test_equals_torch_after_100_steps(case):
    ends = []
    for build in pair(case):
        model = network()
        walk(model, build(model.parameters()), 100, seed=1)
        ends.append(model)
    assert_same(*ends)
    with pytest.raises(AssertionError):
        assert_same(ends[0], network())


@every_case
def test_goes_on_from_its_state_dict_from_torchs_and_torch_from_it(case):
    ours, theirs = pair(case)
    whole = network()
    optimizer = theirs(whole.parameters())
    walk(whole, optimizer, 50, seed=1)
    walk(whole, optimizer, 50, seed=2)
    for first, second in ((ours, ours), (ours, theirs), (theirs, ours)):
        model = network()
        before = first(model.parameters())
        walk(model, before, 50, seed=1)
        state = copy.deepcopy(before.state_dict())
        after = second(model.parameters(), lr=123.0)
        after.load_state_dict(state)
        walk(model, after, 50, seed=2)
        assert_same(model, whole)


@every_case
def test_state_has_the_names_and_numbers_of_torchs(case):
    states = []
    for build in pair(case):
        model = network()
        optimizer = build(model.parameters())
        walk(model, optimizer, 30, seed=1)
        states.append(optimizer.state_dict()["state"])
    ours, theirs = states
    for index in theirs:
        present = {name: value for name, value in theirs[index].items() if value is not None}
        assert set(ours.get(index, {})) == set(present)
        for name, value in present.items():
            torch.testing.assert_close(ours[index][name], value, rtol=1e-9, atol=1e-12)


@every_case
def test_groups_have_their_own_options_and_follow_a_schedule(case):
    ends = []
    for build in pair(case):
        model = network()
        groups = [
            {"params": model.stem.parameters(), "lr": 0.01},
            {"params": model.heads[0].parameters(), "weight_decay": 0.5},
        ]
        optimizer = build(groups)
        optimizer.add_param_group({"params": model.heads[1].parameters(), "lr": 0.2})
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
        for seed in range(3):
            # In torch a group that joins an Adagrad later has no sums, so its head is left alone.
            walk(model, optimizer, 1 if "Adagrad" in case else 20, seed=seed)
            schedule.step()
        ends.append(model)
    assert_same(*ends)


@pytest.mark.gpu
@every_case
def test_equals_torch_on_the_gpu(case):
    ends = []
    for build in pair(case):
        model = network("cuda")
        walk(model, build(model.parameters()), 100, seed=1)
        ends.append(model)
    assert_same(*ends)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_a_state_of_an_optimizer_that_climbs_is_refused(name):
    ours, theirs = getattr(optimizers, name), getattr(torch.optim, name)
    weights = [torch.zeros(2, requires_grad=True)]
    state = theirs(weights, lr=0.1, maximize=True).state_dict()
    before = ours(weights, lr=0.2)
    with pytest.raises(ValueError, match=f"maximize is on in state_dict; {name} has no such"):
        before.load_state_dict(state)
    assert before.param_groups[0]["lr"] == 0.2
    before.load_state_dict(theirs(weights, lr=0.1).state_dict())
    assert before.param_groups[0]["lr"] == 0.1
