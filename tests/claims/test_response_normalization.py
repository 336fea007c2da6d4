"""Oracles: windows counted by hand, and torch's layer with its own scaling."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.claims import response_normalization
from course_lib.layers import local_response_norm


@pytest.mark.parametrize(("size", "channels"), [(1, 1), (2, 3), (3, 3), (4, 5), (5, 5), (6, 7)])
def test_the_sum_takes_half_of_n_rounded_down_on_both_sides(size, channels):
    assert response_normalization.channels_in_the_sum(size) == 2 * (size // 2) + 1 == channels


def test_the_paper_s_window_and_its_ends():
    assert response_normalization.channels_in_the_sum() == 5
    # Itself and two neighbors on the one side that there is.
    assert response_normalization.channels_at_the_ends() == [3, 3]


def test_torch_needs_n_times_the_alpha_of_the_formula():
    assert response_normalization.formula_scales_the_sum()
    x = torch.randn(1, 9, 2, 2)
    ours = local_response_norm(x, 5, 1e-4, 0.75, 2.0, divide_alpha=False)
    torch.testing.assert_close(F.local_response_norm(x, 5, 5e-4, 0.75, 2.0), ours)


def test_a_scaling_by_the_mean_is_noticed(monkeypatch):
    def mean(x, size, alpha, beta, k, divide_alpha):
        return F.local_response_norm(x, size, alpha, beta, k)

    monkeypatch.setattr(response_normalization, "local_response_norm", mean)
    assert not response_normalization.formula_scales_the_sum()


def test_a_loud_channel_turns_down_two_on_either_side():
    assert response_normalization.loud_channel_turns_neighbors_down()
