"""ReLU beside tanh: when the error passes 25 %, and the ratio of the two."""

from dataclasses import replace
from functools import partial

import pytest
import torch

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.pieces.crossings import epochs_to_beat, epochs_until
from course_lib.experiments.pieces.pictures import seeded
from course_lib.experiments.relu_or_tanh import ACTIVATIONS, FourLayers, ReluOrTanh
from course_lib.inspection import count_parameters
from course_lib.training import record


def quick_measures(experiment, folder):
    run_experiment(experiment, 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("relu_or_tanh", 0, folder).measures


@pytest.fixture(scope="module")
def measures(tmp_path_factory):
    return quick_measures(ReluOrTanh(), tmp_path_factory.mktemp("relu"))


def test_the_ratio_is_that_of_the_fastest_rates(measures):
    fastest = {}
    for arm, runs in measures["runs"].items():
        # Oracle: the crossing worked out anew from the errors, the smallest of the grid.
        crossings = {rate: crossing(found["train_errors"]) for rate, found in runs.items()}
        assert {r: f["epochs_to_threshold"] for r, f in runs.items()} == pytest.approx(crossings)
        reached = {rate: epochs for rate, epochs in crossings.items() if epochs is not None}
        fastest[arm] = min(reached.values())
        assert measures["fastest"][arm]["epochs_to_threshold"] == pytest.approx(fastest[arm])
        assert reached[f"{measures['fastest'][arm]['rate']:g}"] == fastest[arm]
    assert measures["ratio"] == pytest.approx(fastest["tanh"] / fastest["relu"])


def crossing(errors):
    """As a plain walk along the polygon of means, in thousandths of an epoch."""
    below = [number for number, error in enumerate(errors, start=1) if error <= 0.25]
    if not below:
        return None
    last = below[0] - 0.5
    first, start = (last - 1, errors[below[0] - 2]) if below[0] > 1 else (0, 0.9)
    slope = (errors[below[0] - 1] - start) / (last - first)
    return first + (0.25 - start) / slope


def test_a_run_ends_with_the_epoch_that_reaches_the_threshold(measures):
    for runs in measures["runs"].values():
        for found in runs.values():
            *before, last = found["train_errors"]
            assert all(error > 0.25 for error in before)
            assert (last <= 0.25) == (found["epochs_to_threshold"] is not None)


def test_a_later_run_is_given_only_the_epochs_in_which_it_could_win(measures):
    for runs in measures["runs"].values():
        limit = 6
        for found in runs.values():
            assert len(found["train_errors"]) <= limit
            if found["epochs_to_threshold"] is not None:
                limit = min(limit, epochs_to_beat(found["epochs_to_threshold"]))


def test_a_rate_at_which_training_diverges_is_told_and_does_not_win(tmp_path):
    class TooFast(ReluOrTanh):
        def quick(self):
            return replace(super().quick(), rates=(1e10, 0.02), max_epochs=1)

    relu = quick_measures(TooFast(), tmp_path)["runs"]["relu"]
    assert relu["1e+10"] == {
        "seconds": relu["1e+10"]["seconds"],
        "diverged": True,
        "train_errors": [],
        "epochs_to_threshold": None,
    }
    assert not relu["0.02"]["diverged"]


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([0.5, 0.3, 0.2], 2.0),  # halfway from the middle of epoch 2 to that of epoch 3
        ([0.5, 0.25, 0.2], 1.5),  # reached exactly: the middle of epoch 2
        ([0.1], 0.5 * 0.65 / 0.8),  # from chance, 0.9, at the start
        ([0.5, 0.3], None),
        ([], None),
    ],
)
def test_the_crossing_is_interpolated_between_the_middles_of_epochs(errors, expected):
    assert epochs_until(0.25, errors) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("reached", [0.2, 0.5, 1.0, 1.49, 1.5, 2.0, 5.2, 5.5, 5.7])
def test_a_run_that_could_still_win_is_never_cut(reached):
    limit = epochs_to_beat(reached)
    # The soonest that a run can have crossed whose first epoch below is `limit`, or the next.
    soonest, too_late = (
        epochs_until(0.25, [0.9] * (k - 2) + [0.25 + 1e-9, 0.0][-k:]) for k in (limit, limit + 1)
    )
    assert too_late >= reached
    assert soonest < reached or limit == 1


def test_both_networks_are_the_same_but_for_the_nonlinearity():
    relu, tanh = (seeded(partial(FourLayers, ACTIVATIONS[a], 32), 3, "cpu") for a in ACTIVATIONS)
    by_hand = (75 * 32 + 32) + (800 * 32 + 32) + (800 * 64 + 64) + (64 * 16 * 10 + 10)
    assert count_parameters(relu) == count_parameters(tanh) == by_hand
    weights = zip(relu.parameters(), tanh.parameters(), strict=True)
    assert all(torch.equal(first, second) for first, second in weights)
    images = torch.randn(2, 3, 32, 32)
    assert not torch.equal(relu(images), tanh(images))
    relu.activation = tanh.activation
    assert torch.equal(relu(images), tanh(images))


def test_the_defaults_are_the_papers():
    experiment = ReluOrTanh()
    # Figure 1: CIFAR-10, 25 % training error; "six times faster".
    assert (experiment.data, experiment.threshold, experiment.paper_ratio) == ("cifar10", 0.25, 6)
    assert Settled(experiment).scale["kind"] == "paper"
    assert Settled(experiment).scale["of_paper"] == 0.98  # 49,000 of 50,000 pictures
    laptop = Settled(experiment.laptop()).scale
    assert laptop["kind"] == "fraction"
    assert laptop["of_paper"] == experiment.laptop().num_train / 50_000
