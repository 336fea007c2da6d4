"""Ensembles. Oracle: sums and votes worked by hand, and the lecture's eleven classifiers."""

import math

import pytest
import torch

from course_lib.training import average_predictions, bootstrap, majority_error, majority_vote


def test_eleven_classifiers_that_err_a_quarter_of_the_time():
    # colorado_2025: n = 11, e = 0.25, at least k = 6 of them wrong: about 0.034.
    wrong = sum(math.comb(11, k) * 0.25**k * 0.75 ** (11 - k) for k in range(6, 12))
    assert majority_error(11, 0.25) == pytest.approx(wrong)
    assert round(majority_error(11, 0.25), 3) == 0.034


def test_small_numbers_by_hand():
    assert majority_error(1, 0.3) == pytest.approx(0.3)
    assert majority_error(3, 0.1) == pytest.approx(3 * 0.01 * 0.9 + 0.001)
    # Two are wrong together with 0.01; with 0.18 they differ and the coin is wrong half the time.
    assert majority_error(2, 0.1) == pytest.approx(0.01 + 0.09)


def test_a_coin_gains_nothing_and_worse_than_a_coin_loses():
    assert majority_error(7, 0.5) == pytest.approx(0.5)
    assert majority_error(7, 0.6) > 0.6
    assert majority_error(5, 0.0) == 0
    assert majority_error(5, 1.0) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, 0.1), "num_classifiers is 0"), ((3, 1.5), "error is 1.5"), ((3, -0.1), "error is -0.1")],
)
def test_impossible_votes_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        majority_error(*arguments)


def test_bootstrap_draws_as_many_and_tells_who_was_left_out():
    drawn, left_out = bootstrap(1000, torch.Generator().manual_seed(1))
    assert len(drawn) == 1000
    assert set(drawn.tolist()) | set(left_out.tolist()) == set(range(1000))
    assert set(drawn.tolist()).isdisjoint(left_out.tolist())
    assert len(left_out) == pytest.approx(1000 / math.e, abs=60)  # four deviations
    again, _ = bootstrap(1000, torch.Generator().manual_seed(1))
    assert torch.equal(drawn, again)
    with pytest.raises(ValueError, match="num_examples is 0"):
        bootstrap(0)


def test_averages_and_votes_of_three_networks():
    # Each gives its scores to every image: two are half-hearted for 0, one is sure of 1.
    given = [torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0]), torch.tensor([0.0, 9.0])]
    models = [lambda images, row=row: row.expand(len(images), 2) for row in given]
    images = torch.zeros(5, 1)
    probability = (2 * math.e / (math.e + 1) + 1 / (math.e**9 + 1)) / 3
    mean = average_predictions(models, images, batch_size=2)
    torch.testing.assert_close(mean[:, 0], torch.full((5,), probability))
    assert mean.argmax(1).tolist() == [1] * 5  # the sure one outweighs two that are not
    assert majority_vote(models, images, batch_size=2).tolist() == [0] * 5
    assert majority_vote(models[1:], images).tolist() == [0] * 5  # one each: the lower number
    for function in (average_predictions, majority_vote):
        with pytest.raises(ValueError, match="models is empty"):
            function([], images)
