"""Oracles: batches of two numbers worked by hand; wrong formulas must be noticed."""

import pytest
import torch

from course_lib.claims import normalized_batches


def test_a_batch_of_two_numbers():
    # 0 and 4: mean 2, variance (4 + 4) / 2, deviation its root.
    assert normalized_batches.variance() == 4
    assert normalized_batches.standard_deviation() == pytest.approx(2)


def test_normalized_is_not_normal():
    mean, deviation = normalized_batches.mean_and_deviation()
    assert mean == 0
    assert 0.99999 < deviation < 1  # epsilon
    assert normalized_batches.share_within_one_deviation() == 1  # -1 and 1


def test_one_scale_for_each_map():
    assert normalized_batches.scales_of_a_layer() == 128


def test_gradient_of_the_deviation_by_hand():
    # x_hat = -1 / sigma at x = 1; its derivative at sigma = 1 is 1, and only x_1 counts.
    assert normalized_batches.gradient_of_the_deviation() == pytest.approx(1)
    assert normalized_batches.term_left_out() == 0


def test_formulas_agree_with_the_layers():
    assert normalized_batches.forward_as_printed()
    assert normalized_batches.backward_with_the_mean()
    assert normalized_batches.scale_and_shift_can_undo_it()
    assert normalized_batches.evaluation_uses_running_averages()


def test_another_forward_is_noticed(monkeypatch):
    def without_root(x, mean, var, gamma=1.0, beta=0.0, training=False, eps=1e-5):
        mean, var = (mean, var) if mean is not None else (x.mean(0), x.var(0, correction=0))
        return gamma * (x - mean) / (var + eps) + beta

    monkeypatch.setattr(normalized_batches, "batch_norm", without_root)
    assert not normalized_batches.forward_as_printed()
    assert not normalized_batches.scale_and_shift_can_undo_it()
    assert not normalized_batches.evaluation_uses_running_averages()


def test_another_backward_is_noticed(monkeypatch):
    def without_the_mean(grad, x, gamma, *_):
        return grad * gamma / x.std(0, correction=0), torch.ones(1), torch.ones(1)

    monkeypatch.setattr(normalized_batches, "batch_norm_backward", without_the_mean)
    assert not normalized_batches.backward_with_the_mean()
