"""Votes of eleven. Oracle: all 2^11 outcomes, one by one."""

import itertools

import pytest

from course_lib.claims import ensembles


def probability(condition, error=0.25):
    """Of all outcomes of eleven classifiers (1: wrong) that meet a condition on their number."""
    outcomes = (sum(outcome) for outcome in itertools.product((0, 1), repeat=11))
    return sum(error**k * (1 - error) ** (11 - k) for k in outcomes if condition(k))


def test_the_vote_and_the_formula_as_printed():
    assert ensembles.majority_of_eleven() == pytest.approx(probability(lambda k: k >= 6))
    assert ensembles.formula_from_one() == pytest.approx(probability(lambda k: k >= 1))


def test_remarks_on_the_vote():
    # "Eleven that are wrong with the probability 0.6 are wrong together with 0.75."
    assert probability(lambda k: k >= 6, error=0.6) == pytest.approx(0.7535, abs=1e-4)
    # The six terms of the proof.
    terms = [probability(lambda k, exactly=i: k == exactly) for i in range(6, 12)]
    assert terms == pytest.approx(
        [0.02677, 0.00637, 0.00106, 0.00012, 0.00001, 0.0000002], abs=6e-6
    )


def test_a_bootstrap_lacks_a_third():
    assert ensembles.bootstrap_is_a_subset()
