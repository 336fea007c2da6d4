"""The table of four scores. Oracle: Python's own exp and log, with the scores typed again."""

import math

import pytest

from course_lib.claims import softmax_table

TYPED = [-3.44, 1.16, -0.81, 3.91]


def test_exponentials_and_probabilities():
    exponentials = [math.exp(score) for score in TYPED]
    assert softmax_table.exponentials() == pytest.approx(exponentials, rel=1e-12)
    shares = [one / sum(exponentials) for one in exponentials]
    assert softmax_table.probabilities() == pytest.approx(shares, rel=1e-12)
    assert softmax_table.sum_of_probabilities() == pytest.approx(1, rel=1e-12)
    assert softmax_table.exponential_of_negative_scores() == pytest.approx(
        [exponentials[0], exponentials[2]]
    )
    assert softmax_table.order_is_kept()


def test_loss_of_the_cat():
    wanted = math.log(sum(math.exp(score - 1.16) for score in TYPED))
    assert softmax_table.loss_of_cat() == pytest.approx(wanted, rel=1e-12)
    assert softmax_table.loss_is_log_of_one_probability()


def test_the_loss_goes_from_nothing_to_infinity():
    assert softmax_table.range_of_the_loss() == [0, math.inf]


def test_another_base_would_bring_a_factor():
    """Oracle: differences of the loss with base 2, whose slope is ln 2 times p - y."""
    assert softmax_table.base_e_is_simple()
    step, total = 1e-6, sum(2**score for score in TYPED)

    def loss(cat):
        return -math.log(2**cat / (total - 2**1.16 + 2**cat))

    slope = (loss(1.16 + step) - loss(1.16 - step)) / (2 * step)
    assert slope == pytest.approx(math.log(2) * (2**1.16 / total - 1), rel=1e-6)
