"""Up and down once. Oracle: torch's OneCycleLR, and by hand."""

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from course_lib.optimizers import SGD, Adagrad, Adam, OneCycleLR

CASES = {
    "defaults": {},
    "straight": {"anneal_strategy": "linear"},
    "three phases": {"three_phase": True},
    "three phases, straight, early": {
        "three_phase": True,
        "anneal_strategy": "linear",
        "pct_start": 0.2,
    },
    "late, steep": {"pct_start": 0.45, "div_factor": 10.0, "final_div_factor": 100.0},
    "momentum of its own": {"base_momentum": 0.5, "max_momentum": 0.8},
    "no momentum": {"cycle_momentum": False},
}


def two_groups(kind):
    groups = [{"params": [nn.Parameter(torch.zeros(1))]} for _ in range(2)]
    return kind(groups, lr=0.123)


def course(optimizer, schedule, num_steps):
    """Rates and momenta of both groups at each step."""
    found = []
    for step in range(num_steps):
        groups = optimizer.param_groups
        moments = [group.get("betas", (group.get("momentum"),))[0] for group in groups]
        found.append([group["lr"] for group in groups] + moments)
        optimizer.step()
        if step < num_steps - 1:
            schedule.step()
    return torch.tensor(found)


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize("num_steps", [10, 47])
@pytest.mark.parametrize("case", CASES)
def test_equals_torch(case, num_steps, kind):
    options = {"max_lr": [0.4, 0.1], "total_steps": num_steps} | CASES[case]
    ours, theirs = two_groups(kind), two_groups(getattr(torch.optim, kind.__name__))
    found = course(ours, OneCycleLR(ours, **options), num_steps)
    wanted = course(theirs, lr_scheduler.OneCycleLR(theirs, **options), num_steps)
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-12)


def test_by_hand():
    # 10 steps, 0.3 of them to climb: step 0 is 0.04, step 2 the top, step 9 the end.
    optimizer = two_groups(SGD)
    schedule = OneCycleLR(optimizer, 1.0, 10, anneal_strategy="linear", final_div_factor=4.0)
    found = course(optimizer, schedule, 10)[:, [0, 2]].T.tolist()
    down = [1 - (1 - 0.01) * step / 7 for step in range(1, 8)]
    assert found[0] == pytest.approx([0.04, 0.52, 1.0, *down])
    assert found[1] == pytest.approx([0.95, 0.9, 0.85, *(0.85 + 0.1 * k / 7 for k in range(1, 8))])


def test_with_an_epoch_a_step_the_last_step_after_the_last_epoch_is_allowed():
    optimizer = two_groups(SGD)
    schedule = OneCycleLR(optimizer, 1.0, 10, final_div_factor=4.0)
    course(optimizer, schedule, 10)
    schedule.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01)
    assert optimizer.param_groups[0]["momentum"] == pytest.approx(0.95)
    with pytest.raises(ValueError, match="total_steps is 10, and all are taken"):
        schedule.step()


def test_the_second_beta_is_left_alone():
    optimizer = Adam([nn.Parameter(torch.zeros(1))], betas=(0.3, 0.987))
    OneCycleLR(optimizer, 1.0, 10)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.987)


def test_goes_on_from_its_state_dict():
    whole, first, second = two_groups(Adam), two_groups(Adam), two_groups(Adam)
    wanted = course(whole, OneCycleLR(whole, 1.0, 20), 20)
    before, after = OneCycleLR(first, 1.0, 20), OneCycleLR(second, 1.0, 20)
    course(first, before, 8)
    second.load_state_dict(first.state_dict())
    after.load_state_dict(before.state_dict())
    assert course(second, after, 13).equal(wanted[7:])


MISTAKES = {
    "unknown strategy": ({"anneal_strategy": "sine"}, "anneal_strategy is 'sine'; say 'cos'"),
    "no climb": (
        {"pct_start": 0.05},
        "pct_start 0.05 of total_steps 20 leaves a phase without a step; give more steps, or ano",
    ),
    "no way down": ({"pct_start": 1.0}, "pct_start 1.0 of total_steps 20 leaves a phase"),
    "no rest": ({"pct_start": 0.53, "three_phase": True}, "pct_start 0.53 of total_steps 20"),
    "a rate too few": ({"max_lr": [1.0]}, "max_lr has 1 rates for 2 parameter groups"),
    "divided by 0": ({"div_factor": 0.0}, "div_factor is 0.0; a rate is divided"),
    "ends below 0": ({"final_div_factor": -1.0}, "final_div_factor is -1.0; a rate is divided"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_makes_no_sense_is_named(mistake):
    options, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        OneCycleLR(two_groups(SGD), **{"max_lr": 1.0, "total_steps": 20} | options)


def test_the_end_may_lie_above_the_start():
    optimizer = two_groups(SGD)
    schedule = OneCycleLR(optimizer, 1.0, 10, div_factor=4.0, final_div_factor=0.5)
    assert course(optimizer, schedule, 10)[-1, 0].item() == pytest.approx(0.5)


def test_an_optimizer_without_momentum_says_what_to_do():
    optimizer = two_groups(Adagrad)
    message = r"this Adagrad has neither\. Give cycle_momentum=False"
    with pytest.raises(ValueError, match=message):
        OneCycleLR(optimizer, 1.0, 20)
    assert optimizer.param_groups[0]["lr"] == 0.123
    assert "initial_lr" not in optimizer.param_groups[0]
    OneCycleLR(optimizer, 1.0, 20, cycle_momentum=False)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1 / 25)
