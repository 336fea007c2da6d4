"""Rates that are formulas of the step. Oracle: torch.optim.lr_scheduler, and a few by hand."""

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from course_lib import optimizers
from course_lib.optimizers import SGD, CosineAnnealingLR, MultiStepLR, StepLR
from course_lib.optimizers.schedules import Schedule

CASES = {
    "step": ("StepLR", {"step_size": 3}),
    "step, halved": ("StepLR", {"step_size": 4, "gamma": 0.5}),
    "each step": ("StepLR", {"step_size": 1, "gamma": 0.9}),
    "milestones": ("MultiStepLR", {"milestones": [3, 8]}),
    "milestones, not sorted, one twice": ("MultiStepLR", {"milestones": [9, 2, 9], "gamma": 0.5}),
    "cosine": ("CosineAnnealingLR", {"T_max": 10}),
    "cosine, not to 0, and beyond": ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
}


def two_groups():
    first, second = (nn.Parameter(torch.zeros(1)) for _ in range(2))
    return SGD([{"params": [first], "lr": 0.4}, {"params": [second]}], lr=0.1)


def rates(optimizer, schedule, num_steps):
    """The rates of both groups at each step."""
    found = []
    for _ in range(num_steps):
        found.append([group["lr"] for group in optimizer.param_groups])
        assert schedule.get_last_lr() == found[-1]
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize("case", CASES)
def test_equals_torch(case):
    name, options = CASES[case]
    ours, theirs = two_groups(), two_groups()
    found = rates(ours, getattr(optimizers, name)(ours, **options), 20)
    wanted = rates(theirs, getattr(lr_scheduler, name)(theirs, **options), 20)
    torch.testing.assert_close(torch.tensor(found), torch.tensor(wanted), rtol=1e-12, atol=1e-15)
    assert all(big == pytest.approx(4 * small) for big, small in found) == (
        "eta_min" not in options
    )


@pytest.mark.filterwarnings("ignore:The epoch parameter")
@pytest.mark.parametrize("case", CASES)
def test_warm_up_equals_torchs_linear_one_before_the_schedule(case):
    name, options = CASES[case]
    ours, theirs = two_groups(), two_groups()
    found = rates(ours, getattr(optimizers, name)(ours, warmup=4, **options), 20)
    warming = lr_scheduler.LinearLR(theirs, start_factor=1 / 5, total_iters=4)
    after = getattr(lr_scheduler, name)(theirs, **options)
    both = lr_scheduler.SequentialLR(theirs, [warming, after], milestones=[4])
    wanted = rates(theirs, both, 20)
    torch.testing.assert_close(torch.tensor(found), torch.tensor(wanted), rtol=1e-9, atol=1e-12)


def test_warm_up_by_hand():
    optimizer = two_groups()
    schedule = StepLR(optimizer, step_size=1, gamma=0.5, warmup=3)
    first = [group[0] for group in rates(optimizer, schedule, 6)]
    assert first == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.2, 0.1])


def test_cosine_by_hand():
    # cos 0, 60, 90 and 180 degrees: all, 3/4, 1/2 and nothing of the way from 0.01 to 0.41.
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=0.41)
    found = rates(optimizer, CosineAnnealingLR(optimizer, T_max=6, eta_min=0.01), 7)
    assert [found[step][0] for step in (0, 2, 3, 6)] == pytest.approx([0.41, 0.31, 0.21, 0.01])


def test_cosine_in_one_step():
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=0.4)
    found = rates(optimizer, CosineAnnealingLR(optimizer, T_max=1, eta_min=0.1), 2)
    assert found == [[0.4], pytest.approx([0.1])]


def test_the_numbers_of_the_resnet_paper():
    """0.1 up to batch 32,000, then 0.01 to 48,000, then 0.001: He et al. 2015, section 4.2."""
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    schedule = MultiStepLR(optimizer, [32_000, 48_000])
    found = [schedule.rate(0.1, batch) for batch in (0, 31_999, 32_000, 47_999, 48_000, 64_000)]
    assert found == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


@pytest.mark.parametrize("case", CASES)
def test_goes_on_from_its_state_dict(case):
    name, options = CASES[case]
    whole, first, second = two_groups(), two_groups(), two_groups()
    wanted = rates(whole, getattr(optimizers, name)(whole, warmup=2, **options), 12)
    before = getattr(optimizers, name)(first, warmup=2, **options)
    rates(first, before, 5)
    after = getattr(optimizers, name)(second, **options)
    after.load_state_dict(before.state_dict())
    second.load_state_dict(first.state_dict())
    assert rates(second, after, 7) == wanted[5:]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda o: StepLR(o, 0), "step_size is 0; give a number of steps, 1 or more"),
        (lambda o: CosineAnnealingLR(o, 0), "T_max is 0; give a number of steps, 1 or more"),
        (lambda o: MultiStepLR(o, [3], warmup=-1), "warmup is -1; give a number of steps, 0"),
    ],
)
def test_what_makes_no_sense_is_named(build, message):
    with pytest.raises(ValueError, match=message):
        build(two_groups())


def test_a_schedule_must_say_its_formula():
    with pytest.raises(NotImplementedError):
        Schedule(two_groups())
