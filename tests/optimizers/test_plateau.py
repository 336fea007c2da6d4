"""The rate that falls when the error does not. Oracle: torch's, and by hand."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.optim import lr_scheduler

from course_lib.optimizers import SGD, ReduceLROnPlateau

# Of few values, so that errors are often the same again, or differ by just the threshold.
ERRORS = st.lists(st.sampled_from([0.5, 0.45, 0.4, 0.36, 0.3, 0.2, 0.0]), max_size=30)


def one_weight(lr=0.1):
    return SGD([nn.Parameter(torch.zeros(1))], lr=lr)


def rates(errors, kind=ReduceLROnPlateau, lr=0.1, **options):
    """The rate after each of these errors."""
    optimizer = one_weight(lr)
    schedule = kind(optimizer, **options)
    found = []
    for error in errors:
        optimizer.step()
        schedule.step(error)
        found.append(optimizer.param_groups[0]["lr"])
        assert schedule.get_last_lr() == found[-1:]
    return found


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    ERRORS,
    st.fixed_dictionaries(
        {},
        optional={
            "mode": st.sampled_from(["min", "max"]),
            "factor": st.sampled_from([0.5, 0.1]),
            "patience": st.integers(0, 3),
            "threshold": st.sampled_from([0.0, 0.1, 0.25]),
            "threshold_mode": st.sampled_from(["rel", "abs"]),
            "cooldown": st.integers(0, 3),
            "min_lr": st.sampled_from([0.0, 0.01, 0.03, 0.2]),
        },
    ),
)
def test_equals_torch(errors, options):
    """300 courses of the error, few of whose options are left at their defaults."""
    wanted = rates(errors, lr_scheduler.ReduceLROnPlateau, eps=0.0, **options)
    assert rates(errors, **options) == pytest.approx(wanted, rel=1e-12)


def test_the_defaults_are_torchs():
    # Ten errors that are no better are borne; the eleventh reduces.
    errors = [0.5] * 12 + [0.49995] * 11
    assert rates(errors) == pytest.approx(rates(errors, lr_scheduler.ReduceLROnPlateau))
    assert rates(errors)[10:12] == pytest.approx([0.1, 0.01])


def test_three_divisions_by_ten_as_for_alexnet():
    """From 0.01 each time the error stopped falling, three times: Krizhevsky et al. 2012."""
    errors = [0.9, 0.6, 0.6, 0.4, 0.4, 0.4, 0.3, 0.3, 0.3, 0.3]
    found = rates(errors, lr=0.01, patience=0, min_lr=1e-5)
    wanted = [1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5]
    assert found == pytest.approx(wanted)


def test_an_accuracy_has_to_rise():
    # sharif_2024: "decreased by 10 every time validation accuracy plateaus".
    assert rates([0.1, 0.5, 0.5], mode="max", patience=0) == pytest.approx([0.1, 0.1, 0.01])


def test_errors_of_the_warm_up_do_not_count():
    # Rates 1/3 and 2/3, then 1; the lucky 0.1 of the warm-up is forgotten, so 0.5 is the best.
    found = rates([0.1, 0.1, 0.5, 0.4, 0.4], lr=0.3, patience=0, warmup=2)
    assert found == pytest.approx([0.2, 0.3, 0.3, 0.3, 0.03])


def test_every_group_falls_by_the_same_factor_but_not_below_the_least_rate():
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (1.0, 0.1, 0.001)]
    optimizer = SGD(groups)
    schedule = ReduceLROnPlateau(optimizer, patience=0, min_lr=0.02)
    optimizer.step()
    for error in (0.5, 0.5):
        schedule.step(error)
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.1, 0.02, 0.001])


def test_goes_on_from_its_state_dict():
    errors = [0.5, 0.5, 0.4, 0.4, 0.4, 0.4, 0.3, 0.3, 0.3]
    options = {"patience": 1, "cooldown": 1}
    first, second = one_weight(), one_weight()
    before, after = (ReduceLROnPlateau(each, **options) for each in (first, second))
    first.step()
    for error in errors[:5]:
        before.step(error)
    second.load_state_dict(first.state_dict())
    after.load_state_dict(before.state_dict())
    second.step()
    found = []
    for error in errors[5:]:
        after.step(error)
        found.append(second.param_groups[0]["lr"])
    assert found == rates(errors, **options)[5:]


@pytest.mark.parametrize("metrics", [None, float("nan")])
def test_a_step_without_an_error_is_refused(metrics):
    schedule = ReduceLROnPlateau(one_weight())
    with pytest.raises(ValueError, match=f"metrics is {metrics}; step needs the error on valid"):
        schedule.step(metrics)
    assert schedule.last_epoch == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "low"),
        ("threshold_mode", "absolute"),
        ("factor", 0.0),
        ("factor", 1.0),
        ("patience", -1),
        ("threshold", -0.1),
        ("cooldown", -1),
        ("min_lr", -0.1),
        ("min_lr", float("nan")),
        ("warmup", -1),
    ],
)
def test_what_makes_no_sense_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name} is {value!r}; "):
        ReduceLROnPlateau(one_weight(), **{name: value})
