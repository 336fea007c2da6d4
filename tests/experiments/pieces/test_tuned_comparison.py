"""A comparison in which each network is trained at the rate that suits it best."""

import pytest
from torch import nn

from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces import tuned_comparison
from course_lib.experiments.pieces.tuned_comparison import TunedComparison

ERRORS = {"arm_at_0.1": 0.5, "arm_at_0.05": 0.3, "arm_at_0.02": 0.4, "arm_at_0.01": 0.6}


def test_the_rate_is_chosen_on_validation_in_short_runs_that_leave_the_test_set_alone(
    tmp_path, monkeypatch
):
    calls = []

    def note(run, name, build, pictures, optimizer, **options):
        moves, schedule = optimizer(nn.Linear(1, 1))
        rates = []
        for _ in range(options["epochs"] * 3):
            rates.append(moves.param_groups[0]["lr"])
            moves.step()
            schedule.step()
        calls.append((name, options["epochs"], options["test"], max(rates), rates))
        epochs = [{"train_loss": 1.0}]
        return {"validation_error": ERRORS.get(name, 0.2), "epochs": epochs, "test_error": None}

    monkeypatch.setattr(tuned_comparison, "train_classifier", note)
    experiment = TunedComparison(
        data="mnist_5k", num_train=300, num_validation=100, epochs=10, search_epochs=5
    )
    found = experiment.train(
        Run(0, "cpu", tmp_path), "arm", lambda: None, experiment.pictures("cpu")
    )
    # 300 pictures in batches of 128 are 3 steps an epoch. The rate climbs in the first fifth of a
    # run, is at its height after 5 steps of 30, and ends at a 250,000th of that.
    assert [call[:4] for call in calls] == [
        ("arm_at_0.1", 5, False, 0.1),
        ("arm_at_0.05", 5, False, 0.05),
        ("arm_at_0.02", 5, False, 0.02),
        ("arm_at_0.01", 5, False, 0.01),
        ("arm", 10, True, 0.05),
    ]
    *_, rates = calls[-1]
    assert rates[:6] == sorted(rates[:6])
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert all(rates[-1] == pytest.approx(max(rates) / 250_000) for *_, rates in calls)
    assert found["search"]["best"] == 0.05
    assert found["search"]["validation_error"] == list(ERRORS.values())
    assert found["validation_error"] == 0.2


def test_pictures_are_as_many_as_the_settings_say():
    experiment = TunedComparison(data="mnist_5k", num_train=300, num_validation=100)
    pictures = experiment.pictures("cpu")
    assert (len(pictures.train[1]), len(pictures.validation[1])) == (300, 100)
