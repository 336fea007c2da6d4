"""Plain and residual networks of two depths: the paper's training, and the difference it leaves."""

import pytest
import torch
from torch import nn

from course_lib.data.augmentation.recipes import cifar_augmentation
from course_lib.experiments import depth_degradation
from course_lib.experiments.depth_degradation import DepthDegradation
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.frame.steps import Run
from course_lib.inspection import count_parameters
from course_lib.training import record

ARMS = ["plain_8", "plain_14", "residual_8", "residual_14"]


@pytest.fixture(scope="module")
def measures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("depth")
    run_experiment(DepthDegradation(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("depth_degradation", 0, folder).measures


def test_the_answer_is_the_deeper_networks_error_less_that_of_the_shallower(measures):
    runs = measures["runs"]
    assert list(runs) == ARMS
    for kind in ("plain", "residual"):
        shallow, deep = runs[f"{kind}_8"], runs[f"{kind}_14"]
        assert measures["deeper_is_worse_by"][kind] == {
            "train": deep["epochs"]["train_error"][-1] - shallow["epochs"]["train_error"][-1],
            "validation": deep["validation_error"] - shallow["validation_error"],
            "test": deep["test_error"] - shallow["test_error"],
        }


def test_each_network_has_a_curve_of_each_number(measures):
    for found in measures["runs"].values():
        assert {name: len(curve) for name, curve in found["epochs"].items()} == {
            "train_loss": 2,
            "train_error": 2,
            "validation_error": 2,
        }
        assert found["epochs"]["validation_error"][-1] == found["validation_error"]


def test_shortcuts_add_no_parameters(measures):
    # Oracle, for depth 8: a stem, six convolutions with their normalizations, a classifier.
    widths = ((16, 16), (16, 32), (32, 64))
    stages = sum((c_in + c) * c * 9 + 4 * c for c_in, c in widths)
    by_hand = 3 * 16 * 9 + 2 * 16 + stages + 64 * 10 + 10
    numbers = {arm: found["num_parameters"] for arm, found in measures["runs"].items()}
    assert numbers["plain_8"] == numbers["residual_8"] == by_hand
    assert numbers["plain_14"] == numbers["residual_14"] > by_hand


def test_every_network_is_trained_as_in_section_4_2(tmp_path, monkeypatch):
    calls = {}

    def note(run, name, build, pictures, optimizer, **options):
        calls[name] = (count_parameters(build()), pictures, optimizer, options)
        curve = {"train_loss": 1.0, "train_error": 0.5, "validation_error": 0.5}
        return {"epochs": [curve], "validation_error": 0.5, "test_error": 0.5}

    monkeypatch.setattr(depth_degradation, "train_classifier", note)
    experiment = DepthDegradation().quick()
    experiment.run(Run(0, "cpu", tmp_path))
    assert list(calls) == ARMS
    _, pictures, _, _ = calls["plain_8"]
    # "per-pixel mean subtracted": a mean for each pixel of each color, and no deviation.
    mean = pictures.train[0].double().mean(dim=0) / 255
    assert pictures.centering.mean.shape == (3, 32, 32)
    torch.testing.assert_close(pictures.centering.mean, mean)
    assert torch.equal(pictures.centering.deviation, torch.ones_like(mean[:, :1, :1]))
    for _, given, optimizer, options in calls.values():
        assert given is pictures
        assert options["augment"] == cifar_augmentation()
        assert options["schedule_each"] == "batch"
        moves, _ = optimizer(nn.Linear(1, 1))
        group = moves.param_groups[0]
        assert (group["lr"], group["momentum"], group["weight_decay"]) == (0.1, 0.9, 1e-4)


def test_the_defaults_are_the_papers():
    experiment = DepthDegradation()
    # Section 4.2: 45,000/5,000 split, batches of 128, 64,000 steps, divided at 32,000 and 48,000.
    assert (experiment.num_train, experiment.num_validation) == (45_000, 5_000)
    assert (experiment.batch_size, experiment.milestones) == (128, (32_000, 48_000))
    assert (experiment.shallow, experiment.deep) == (20, 56)
    # 45,000 / 128 = 351.6, so 352 batches; 182 * 352 = 64,064
    assert (experiment.steps_per_epoch, experiment.epochs) == (352, 182)
    assert Settled(experiment).scale["kind"] == "paper"
    assert Settled(experiment).scale["of_paper"] == 1.001


def test_a_fraction_shrinks_the_schedule_with_the_steps():
    experiment = DepthDegradation(fraction=1 / 1000)
    moves, schedule = experiment._optimizer(nn.Linear(1, 1))
    rates = []
    for _ in range(64):
        rates.append(moves.param_groups[0]["lr"])
        moves.step()
        schedule.step()
    assert rates == pytest.approx([0.1] * 32 + [0.01] * 16 + [0.001] * 16)


def test_a_warm_up_comes_out_of_the_first_steps_and_moves_no_milestone():
    moves, schedule = DepthDegradation(fraction=1 / 1000, warmup=4)._optimizer(nn.Linear(1, 1))
    rates = []
    for _ in range(64):
        rates.append(moves.param_groups[0]["lr"])
        moves.step()
        schedule.step()
    by_hand = [0.02, 0.04, 0.06, 0.08] + [0.1] * 28 + [0.01] * 16 + [0.001] * 16
    assert rates == pytest.approx(by_hand)


def test_the_laptops_form_is_a_fraction_and_says_which():
    laptop = DepthDegradation().laptop()
    # 64,000 / 40 = 1,600 steps; whole passes of 45,000 / 128 = 352 batches make it 5 * 352
    assert (laptop.epochs, laptop.milestones) == (5, (800, 1200))
    scale = Settled(laptop).scale
    assert (scale["kind"], scale["of_paper"]) == ("fraction", round(1760 / 64_000, 4))
    assert scale["note"].startswith(
        "1,760 steps of 128 pictures for each network, 352 of them to warm up, 5 passes"
    )
