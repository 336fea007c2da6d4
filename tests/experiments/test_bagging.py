"""Votes of networks. Oracle: small tables by hand, binomial sums, the library's own ensembles."""

import json
import math

import pytest
import torch

from course_lib.data import load
from course_lib.experiments import bagging
from course_lib.experiments.bagging import Bagging, ensemble
from course_lib.experiments.frame.engine import run_experiment
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bagging")
    run_experiment(Bagging(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("bagging", 0, folder)


def test_in_full_seven_networks_of_each_kind_see_the_whole_of_mnist():
    full = Bagging()
    assert (full.num_networks, full.num_train + full.num_validation) == (7, 60_000)
    assert full.paper_errors == {"one": 0.182, "seven": 0.154}  # Krizhevsky et al. 2012, table 1
    assert full.scale().of_paper is None
    assert "5,000 digits" in full.laptop().scale().note


def test_the_answers_follow_from_the_runs(made):
    runs, num = made.measures["runs"], made.config["num_networks"]
    assert list(runs) == [f"{kind}{k}" for kind in ("bootstrap", "whole") for k in range(num)]
    for kind, together in made.measures["together"].items():
        errors = [runs[f"{kind}{k}"]["test_error"] for k in range(num)]
        assert together["errors"] == pytest.approx(errors)
        mean = sum(errors) / num
        assert together["mean_error"] == pytest.approx(mean, abs=1e-6)
        # Of three, two or three must be wrong.
        assert num == 3
        binomial = 3 * mean**2 * (1 - mean) + mean**3
        assert together["binomial_error"] == pytest.approx(binomial, abs=1e-5)


def test_a_bootstrap_leaves_out_more_than_a_third(made):
    for arm, found in made.measures["runs"].items():
        share = found["num_pictures"] / made.config["num_train"]
        # 1 - (1 - 1/n)^n = 0.632, with a deviation of about 0.014 for n = 500
        assert share == 1 if arm.startswith("whole") else share == pytest.approx(0.632, abs=0.05)


def test_errors_in_pairs_and_together_by_hand():
    # Four pictures of class 0, three networks; rows are what each says of the three classes.
    zero, one, two = (torch.eye(3)[k] * 0.6 + 0.4 / 3 for k in range(3))
    sure = torch.tensor([0.98, 0.01, 0.01])
    answers = [
        torch.stack([zero, one, one, zero]),
        torch.stack([zero, one, two, one]),
        torch.stack([zero, zero, sure, one]),
    ]
    found = ensemble(answers, torch.zeros(4, dtype=torch.int64))
    assert found["errors"] == [0.5, 0.75, 0.25]
    assert found["mean_error"] == 0.5
    # Picture 1: two say class 1. Picture 2: 1, 2, 0, the lowest number wins. Picture 3: 0, 1, 1.
    assert found["vote_error"] == 0.5
    # Means: picture 2 is won by the one that is sure; 1 and 3 go as the votes.
    assert found["average_error"] == 0.5
    assert found["binomial_error"] == pytest.approx(0.5)
    # Wrong together: 1 and 2 in pictures 1 and 2; 1 and 3 never; 2 and 3 in picture 3.
    assert found["both_wrong"] == pytest.approx((0.5 + 0 + 0.25) / 3, abs=1e-6)
    independent = (0.5 * 0.75 + 0.5 * 0.25 + 0.75 * 0.25) / 3
    assert found["both_wrong_if_independent"] == pytest.approx(independent, abs=1e-6)
    # Of the three errors made together, that of picture 2 has two different answers.
    assert found["same_answer"] == pytest.approx(2 / 3, abs=1e-4)

    def phi(both, a, b):
        return (both - a * b) / math.sqrt(a * (1 - a) * b * (1 - b))

    correlation = (phi(0.5, 0.5, 0.75) + phi(0, 0.5, 0.25) + phi(0.25, 0.75, 0.25)) / 3
    assert found["correlation"] == pytest.approx(correlation, abs=1e-4)


def test_networks_without_errors_have_no_correlation():
    right = torch.eye(3)
    found = ensemble([right, right], torch.arange(3))
    assert (found["vote_error"], found["average_error"]) == (0, 0)
    assert found["correlation"] is None
    assert found["same_answer"] is None


def test_networks_that_err_apart_keep_the_binomial_promise():
    draw = torch.Generator().manual_seed(0)
    labels = torch.zeros(20_000, dtype=torch.int64)
    wrong = torch.rand(7, len(labels), generator=draw) < 0.25
    answers = [torch.nn.functional.one_hot(each.long(), 2).float() for each in wrong]
    found = ensemble(answers, labels)
    promised = sum(math.comb(7, k) * 0.25**k * 0.75 ** (7 - k) for k in range(4, 8))
    assert found["binomial_error"] == pytest.approx(promised, abs=0.003)
    assert found["vote_error"] == pytest.approx(promised, abs=0.006)
    assert abs(found["correlation"]) < 0.01


def test_the_same_number_has_the_same_first_weights_in_both_kinds(monkeypatch, tmp_path):
    seeds = {}

    def train(run, arm, build, digits, *rest, **options):
        seeds[arm] = (run.seed, len(digits.train[1]))
        path = bagging._place(run, arm)
        path.parent.mkdir(parents=True, exist_ok=True)
        num = len(load("mnist_5k", "test")[1])
        path.write_bytes(bagging.save({"probabilities": torch.eye(10)[torch.arange(num) % 10]}))
        return {"test_error": 0.9}

    monkeypatch.setattr(bagging, "train_classifier", train)
    run_experiment(Bagging(), 2, quick=True, results=tmp_path, checkpoints=tmp_path / "c")
    # Three networks a seed: those of seed 2 are numbers 6, 7 and 8.
    for kind in ("bootstrap", "whole"):
        assert [seeds[f"{kind}{k}"] for k in range(3)] == [(6 + k, 500) for k in range(3)]


def test_the_same_seed_gives_the_same_answer(made, tmp_path):
    run_experiment(Bagging(), 0, quick=True, results=tmp_path, checkpoints=tmp_path / "c")
    again = record("bagging", 0, tmp_path).measures
    assert again["together"] == json.loads(json.dumps(made.measures["together"]))
