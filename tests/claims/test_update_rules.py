"""Oracles: torch.optim, and steps worked by hand."""

import pytest
import torch

from course_lib.claims import update_rules


def test_first_steps_by_hand():
    assert update_rules.adagrad_first_step() == pytest.approx(1 - 0.1 / 1)
    assert update_rules.rmsprop_first_step() == pytest.approx(1 - 0.1 / 0.1**0.5)
    assert update_rules.rates_of_one_step() == pytest.approx([0.1, 0.1])


def test_a_hundred_equal_gradients():
    # RMSProp: 1 / sqrt(1 - 0.9^100). Adam corrects for that start.
    expected = [(1 - 0.9**100) ** -0.5, 1.0]
    assert update_rules.steps_after_a_hundred_ones() == pytest.approx(expected, abs=1e-6)


def test_rates_and_valleys():
    assert update_rules.large_rates() == [False, True]
    assert update_rules.momentum_needs_fewer_steps()
    assert update_rules.momentum_lengthens_steady_steps()


AS_PRINTED = {
    "sgd_as_printed": ("SGD", torch.optim.SGD),
    "momentum_as_printed": ("SGD", torch.optim.SGD),
    "adagrad_with_a_minus": ("Adagrad", torch.optim.Adagrad),
    "rmsprop_with_a_minus": ("RMSprop", torch.optim.RMSprop),
    "adam_as_printed": ("Adam", torch.optim.Adam),
}


@pytest.mark.parametrize("rule", AS_PRINTED)
def test_rules_are_those_of_both_libraries_and_of_no_other(rule, monkeypatch):
    name, theirs = AS_PRINTED[rule]
    holds = getattr(update_rules, rule)
    assert holds()
    monkeypatch.setattr(update_rules, name, theirs)
    assert holds()
    monkeypatch.setattr(update_rules, name, lambda theta, *_, **__: torch.optim.Rprop(theta))
    assert not holds()


def test_a_valley_that_is_never_crossed_is_an_error():
    with pytest.raises(ValueError, match="choose another rate"):
        update_rules._steps_through_a_valley(lambda theta: torch.optim.SGD(theta, 1e-9))


def test_momentum_that_only_brakes_is_noticed(monkeypatch):
    def slower(theta, rate, momentum=0.0):
        return torch.optim.SGD(theta, rate * (1 - momentum))

    monkeypatch.setattr(update_rules, "SGD", slower)
    assert not update_rules.momentum_needs_fewer_steps()
    assert not update_rules.momentum_lengthens_steady_steps()
