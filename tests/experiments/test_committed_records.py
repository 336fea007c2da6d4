"""The records in book/results belong to the experiments, and say what the chapters claim."""

import json
import os
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from course_lib.data import load
from course_lib.experiments.frame.experiment import Experiment, Settled
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.provenance import results_folder
from course_lib.training import error_rate, record, record_weights, records

LENETS = ("lenet_mnist", "lenet_modern_mnist")
MNIST = Path(os.environ.get("COURSE_DATA", "")) / "mnist" / "test_images.npy"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_seed_has_a_record_of_the_experiment_as_it_stands(name):
    experiment = find_experiment(name)
    if not (results_folder() / name).exists():
        pytest.skip(f"no record yet; course train --missing makes it: {name}")
    found = records(name)
    assert [each.seed for each in found] == list(range(experiment.num_seeds))
    for each in found:
        assert each.question == experiment.question
        settings = replace(experiment, **_settings(each.config, experiment))
        assert json.loads(json.dumps(asdict(settings))) == each.config
        assert each.scale == Settled(settings).scale
        assert each.scale["kind"] != "quick"


def test_the_page_of_all_questions_names_each_that_has_an_answer():
    page = (Path(__file__).parents[2] / "book" / "experiments.md").read_text(encoding="utf8")
    answered = [name for name in EXPERIMENTS if (results_folder() / name).exists()]
    assert [name for name in answered if f'"{name}"' not in page] == []


@pytest.mark.parametrize("name", LENETS)
def test_the_digits_of_1998_are_answered_at_the_papers_scale(name):
    for each in records(name):
        assert each.scale["kind"] == "paper"
        assert len(each.epochs) == each.config["epochs"]


def test_the_modern_network_reads_99_of_100_digits():
    assert all(each.test["error"] <= 0.01 for each in records("lenet_modern_mnist"))


@pytest.mark.skipif(
    not (os.environ.get("COURSE_DATA") and MNIST.exists()), reason="needs MNIST in COURSE_DATA"
)
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("name", LENETS)
def test_the_weights_make_the_errors_of_the_record(name, seed):
    # Oracle: the network of today with the committed weights, on the real test digits.
    experiment = find_experiment(name)
    model = experiment.model()
    model.load_state_dict(record_weights(name, seed))
    images, labels = load("mnist", "test")
    measured = error_rate(model, experiment.prepare(images), labels)
    # Another processor may round a score that is near a tie to the other side.
    assert measured == pytest.approx(record(name, seed).test["error"], abs=2e-4)


def _settings(config: dict, experiment: Experiment) -> dict:
    """Recorded settings as the experiment takes them: JSON has lists where it has tuples."""
    assert set(config) == {field.name for field in fields(experiment)}
    return {name: _as_tuple(value) for name, value in config.items()}


def _as_tuple(value: object) -> object:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value
