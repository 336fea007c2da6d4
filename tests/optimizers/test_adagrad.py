"""Adagrad by hand; beside torch's it runs in test_against_torch.py."""

import pytest
import torch
from torch import nn

from course_lib.optimizers import Adagrad


def test_divides_by_the_root_of_all_squares_so_far(walked):
    # r = 9, then 9 + 16 = 25: steps of 3/3 and 4/5.
    assert walked(Adagrad, [3.0, 4.0], lr=1.0, eps=0.0) == pytest.approx([-1, -1.8], rel=1e-15)


def test_eps_is_outside_the_root(walked):
    # 3 / (1 + 3), where inside it would be 3 / sqrt(1 + 9).
    assert walked(Adagrad, [3.0], lr=1.0, eps=1.0) == [-0.75]


def test_a_sum_that_does_not_start_at_0_and_a_rate_that_decays(walked):
    # r = 16 + 9 = 25, then 25 + 144 = 169; the rate of the second step is 1 / (1 + 1 * 0.5).
    options = {"lr": 1.0, "eps": 0.0, "initial_accumulator_value": 16.0, "lr_decay": 0.5}
    first, second = walked(Adagrad, [3.0, 12.0], **options)
    assert first == pytest.approx(-3 / 5, rel=1e-15)
    assert second - first == pytest.approx(-12 / 13 / 1.5, rel=1e-14)


def test_goes_downhill_where_the_slide_would_climb(walked):
    # michigan_2025 prints theta + epsilon / (delta + sqrt(r)) g, without the minus.
    assert walked(Adagrad, [1.0]) < [0.0]


def test_sums_are_there_before_the_first_step_and_for_a_group_of_its_own():
    weights = [nn.Parameter(torch.zeros(2)) for _ in range(2)]
    optimizer = Adagrad(weights[:1], initial_accumulator_value=3.0)
    optimizer.add_param_group({"params": weights[1:], "initial_accumulator_value": 5.0})
    sums = [optimizer.state[weight]["sum"] for weight in weights]
    assert [each.tolist() for each in sums] == [[3, 3], [5, 5]]
    assert not any(each.requires_grad for each in sums)
