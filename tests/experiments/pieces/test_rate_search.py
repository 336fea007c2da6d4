"""Rates told apart on validation pictures. Oracle: worked by hand, on trainings made up here."""

from pathlib import Path

import pytest

from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.rate_search import search_rates, steps_to, train_or_diverge
from course_lib.training import TrainingDivergedError

ERRORS = {0.1: 0.5, 0.2: 0.25, 0.4: 0.25}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(0, "cpu", tmp_path)


def trained(run, tried):
    """A training that has the error of the table, and diverges at other rates."""

    def train(name, rate):
        tried.append((name, rate))
        if rate not in ERRORS:
            raise TrainingDivergedError("too large")
        epochs = [{"epoch": 1, "train_loss": 2.0}, {"epoch": 2, "train_loss": 10 * rate}]
        return {"epochs": epochs, "validation_error": ERRORS[rate]}

    return train


def test_the_best_rate_is_the_smaller_of_equals_and_none_is_what_diverged(run):
    tried = []
    found = search_rates(run, "arm", (0.1, 0.2, 0.4, 0.8), trained(run, tried))
    assert found == {
        "rates": [0.1, 0.2, 0.4, 0.8],
        "validation_error": [0.5, 0.25, 0.25, None],
        "train_loss": [1.0, 2.0, 4.0, None],
        "best": 0.2,
    }
    assert [name for name, _ in tried] == ["arm_at_0.1", "arm_at_0.2", "arm_at_0.4", "arm_at_0.8"]


def test_rates_that_all_diverge_are_an_error(run):
    with pytest.raises(ValueError, match="arm diverged at each"):
        search_rates(run, "arm", (1.0, 2.0), trained(run, []))


def test_what_diverged_is_kept_as_the_step_that_it_was(run):
    found = train_or_diverge(run, "arm", 9.0, trained(run, []))
    assert (found["epochs"], found["validation_error"], found["test_error"]) == ([], None, None)
    # Oracle: the step of that name, as `train_classifier` would find it.
    assert run.step("arm", lambda folder: pytest.fail("tried again")) == found


def test_steps_are_counted_to_the_first_epoch_at_the_goal():
    epochs = [{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}, {"epoch": 3, "loss": 0.5}]
    assert steps_to(1.0, "loss", epochs, 40) == 80
    assert steps_to(0.6, "loss", epochs, 40) == 120
    assert steps_to(0.4, "loss", epochs, 40) is None
    assert steps_to(0.4, "loss", [], 40) is None
