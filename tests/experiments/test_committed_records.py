"""The records in book/results belong to the experiments, and say what the chapters claim."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from course_lib.data import load
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.training import error_rate, record, record_weights, records

MNIST = Path(os.environ.get("COURSE_DATA", "")) / "mnist" / "test_images.npy"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_three_seeds_of_the_experiment_as_it_stands(name):
    found = records(name)
    assert [each.seed for each in found] == [0, 1, 2]
    config = json.loads(json.dumps(asdict(find_experiment(name))))
    for each in found:
        assert each.config == config
        assert each.question == find_experiment(name).question
        assert each.scale["kind"] == "paper"
        assert len(each.epochs) == config["epochs"]


def test_the_modern_network_reads_99_of_100_digits():
    assert all(each.test["error"] <= 0.01 for each in records("lenet_modern_mnist"))


@pytest.mark.skipif(
    not (os.environ.get("COURSE_DATA") and MNIST.exists()), reason="needs MNIST in COURSE_DATA"
)
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_weights_make_the_errors_of_the_record(name, seed):
    # Oracle: the network of today with the committed weights, on the real test digits.
    experiment = find_experiment(name)
    model = experiment.model()
    model.load_state_dict(record_weights(name, seed))
    images, labels = load("mnist", "test")
    measured = error_rate(model, experiment.prepare(images), labels)
    # Another processor may round a score that is near a tie to the other side.
    assert measured == pytest.approx(record(name, seed).test["error"], abs=2e-4)
