"""Rates with and without normalization. Oracles: by hand, and the answer from its own runs."""

import pytest
import torch

from course_lib.experiments import batch_norm_rates
from course_lib.experiments.batch_norm_rates import (
    BatchNormRates,
    SmallNetwork,
    largest_stable_rate,
    steps_to_goal,
)
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import load_pictures, seeded
from course_lib.experiments.pieces.population_statistics import WithPopulationStatistics
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch_norm_rates")
    run_experiment(BatchNormRates(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("batch_norm_rates", 0, folder)


def test_the_first_weights_are_the_same_with_and_without_normalization():
    plain, norm = (
        dict(seeded(lambda has=has: SmallNetwork(4, has), 3, "cpu").named_parameters())
        for has in (False, True)
    )
    assert set(plain) < set(norm)
    assert all(".norm." in name for name in set(norm) - set(plain))
    assert all(torch.equal(parameter, norm[name]) for name, parameter in plain.items())
    assert any(parameter.any() for parameter in plain.values())


def test_the_parameters_are_counted_by_hand():
    pairs = ((3, 4), (4, 4), (4, 8), (8, 8), (8, 16), (16, 16))
    plain = sum(after * (9 * before + 1) for before, after in pairs) + 10 * (16 + 1)
    for has, expected in ((False, plain), (True, plain + 2 * (4 + 4 + 8 + 8 + 16 + 16))):
        network = SmallNetwork(4, has)
        assert sum(parameter.numel() for parameter in network.parameters()) == expected
    images = torch.zeros(2, 3, 32, 32)
    assert network.convolutions(images).shape == (2, 16, 4, 4)
    assert network(images).shape == (2, 10)


def test_the_largest_stable_rate_by_hand():
    rates = [0.1, 0.2, 0.4, 0.8]
    assert largest_stable_rate(rates, [0.7, 0.86, 0.84, None]) == 0.4
    assert largest_stable_rate(rates, [0.9, 0.86, None, None]) is None


def test_two_epochs_in_a_row_reach_the_goal_by_hand():
    assert steps_to_goal(0.5, [0.9, 0.4, 0.6, 0.5, 0.4, 0.3], 16) == 4 * 16  # 2 alone is a dip
    assert steps_to_goal(0.5, [0.5, 0.5], 16) == 16
    assert steps_to_goal(0.5, [0.9, 0.4, 0.6, 0.4], 16) is None  # nothing confirms the last
    assert steps_to_goal(0.5, [], 16) is None


@pytest.fixture
def pictures():
    return load_pictures("mnist_5k", "cpu", num_validation=500, num_train=100)


def test_only_a_network_with_normalization_is_wrapped(monkeypatch, tmp_path, pictures):
    built, run = {}, Run(0, "cpu", tmp_path)

    def train(run, name, build, pictures, optimizer, **options):
        built[name] = build()
        assert options["batch_size"] == 25
        return {}

    monkeypatch.setattr(batch_norm_rates, "train_classifier", train)
    for norm in (False, True):
        BatchNormRates()._train(run, pictures, 25, norm, str(norm), 0.1, epochs=1, test=False)
    assert isinstance(built["False"], SmallNetwork)
    assert isinstance(built["True"], WithPopulationStatistics)
    assert built["True"].batch_size == 25


def test_the_answer_follows_from_the_searches_and_the_runs(made):
    measures = made.measures
    arms = ["plain_8", "norm_8", "plain_50", "norm_50"]
    assert list(measures["answer"]) == list(measures["searches"]) == list(measures["runs"]) == arms
    for arm, answer in measures["answer"].items():
        search, found = measures["searches"][arm], measures["runs"][arm]
        assert answer["steps_per_epoch"] == {"8": 63, "50": 10}[arm.split("_")[1]]
        errors = dict(zip(search["rates"], search["validation_error"], strict=True))
        stable = [rate for rate, error in errors.items() if error is not None and error < 0.85]
        assert answer["largest_stable_rate"] == (max(stable) if stable else None)
        smallest = min(error for error in errors.values() if error is not None)
        assert errors[answer["best_rate"]] == smallest
        both = all(epoch["validation_error"] <= 0.8 for epoch in found["epochs"])
        wanted = answer["steps_per_epoch"] if found["epochs"] and both else None  # 2 epochs in all
        assert answer["steps_to_goal"] == wanted
        assert answer["test_error"] == found["test_error"]


def test_the_full_size_is_our_own_and_a_laptop_does_a_fraction():
    experiment = BatchNormRates()
    assert experiment.batch_sizes == (2, 8, 32, 128)
    assert (experiment.rates[0], experiment.rates[-1], len(experiment.rates)) == (1e-4, 10, 11)
    assert (experiment.num_train, experiment.epochs, experiment.momentum) == (10_000, 10, 0.9)
    assert Settled(experiment).scale["of_paper"] is None
    small = Settled(experiment.laptop()).scale
    assert (small["kind"], small["of_paper"]) == ("fraction", None)
    assert experiment.laptop().rates == experiment.rates
