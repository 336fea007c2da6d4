"""Deep rectified networks. Oracles: the paper's formulas, exact powers of 2, counts by hand."""

import math

import pytest
import torch
from torch import nn

from course_lib.experiments import initialization_depth
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.initialization_depth import InitializationDepth, plain_network
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("initialization_depth")
    run_experiment(InitializationDepth(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("initialization_depth", 0, folder)


def weights(network):
    return [layer.weight for layer in network if hasattr(layer, "weight")]


@pytest.mark.parametrize("depth", [4, 22, 30])
def test_the_depth_counts_the_layers_with_weights(depth):
    network = plain_network(depth, 8, "he")
    assert len(weights(network)) == depth
    # 3 to 8 channels, depth - 2 times 8 to 8, and 8 maps of 8x8 to 10 classes
    counted = 8 * (27 + 1) + (depth - 2) * 8 * (72 + 1) + 10 * (512 + 1)
    assert sum(parameter.numel() for parameter in network.parameters()) == counted
    assert network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert sum(isinstance(layer, nn.ReLU) for layer in network) == depth - 1


def test_the_deviations_are_the_papers():
    # Section 2.2: sqrt(2 / n) with n = k^2 c inputs of a unit; Xavier's is sqrt(1 / n).
    network = plain_network(6, 64, "he")
    assert network.conv3.weight.std().item() == pytest.approx(math.sqrt(2 / (9 * 64)), rel=0.03)
    assert not network.conv3.bias.any()
    torch.manual_seed(1)
    he = weights(plain_network(6, 8, "he"))
    torch.manual_seed(1)
    xavier = weights(plain_network(6, 8, "xavier"))
    for larger, smaller in zip(he, xavier, strict=True):
        torch.testing.assert_close(larger, math.sqrt(2) * smaller)


def test_before_training_the_signals_differ_by_exactly_the_papers_power(made):
    # The rectifier and the pooling are homogeneous, so each convolution after the first one gives
    # Xavier's signal a factor of 1 / sqrt(2) beside He's: the paper's 1 / sqrt(2)^L.
    before = made.measures["before_training"]
    for depth in (4, 16):
        for scale in ("normalized", "pixels"):
            he, xavier = (before[f"{scheme}_{depth}_{scale}"] for scheme in ("he", "xavier"))
            power = math.sqrt(2) ** (depth - 2)
            assert he["signal_ratio"] / xavier["signal_ratio"] == pytest.approx(power, rel=2e-3)
        normalized, pixels = (before[f"he_{depth}_{scale}"] for scale in ("normalized", "pixels"))
        assert normalized["signal_ratio"] == pytest.approx(pixels["signal_ratio"], rel=2e-3)


def test_the_answer_follows_from_the_runs(made):
    runs, guess = made.measures["runs"], math.log(10)
    assert len(runs) == 2 * 2 * 3  # depths, schemes, and pixels at two rates
    assert made.measures["steps_per_epoch"] == 6  # 300 digits in batches of 50
    for arm, found in runs.items():
        losses = [epoch["train_loss"] for epoch in found["epochs"]]
        below = [6 * number for number, loss in enumerate(losses, 1) if loss <= guess / 2]
        assert made.measures["steps_to_half"][arm] == (below[0] if below else None)
        last = made.measures["last_loss"][arm]
        assert last == (pytest.approx(losses[-1] / guess, rel=1e-3) if losses else None)


def test_with_pixels_as_they_are_a_smaller_rate_is_tried_from_the_same_start(tmp_path, monkeypatch):
    tried = {}

    def note(run, arm, rate, train):
        _, build, pictures = train.args
        tried[arm] = (rate, build.args, pictures.centering)
        return {"epochs": []}

    monkeypatch.setattr(initialization_depth, "train_or_diverge", note)
    InitializationDepth().quick().run(Run(0, "cpu", tmp_path))
    slow = {arm for arm in tried if arm.endswith("_slow")}
    assert slow == {f"{arm}_slow" for arm in tried if arm.endswith("_pixels")}
    for arm, (rate, network, centering) in tried.items():
        assert rate == (1e-4 if arm in slow else 0.01)
        assert (network, centering) == tried[arm.removesuffix("_slow")][1:]


def test_both_schemes_see_the_same_pictures_and_have_as_many_parameters(made):
    runs = made.measures["runs"]
    for depth in (4, 16):
        counts = {
            runs[f"{scheme}_{depth}_normalized"]["num_parameters"] for scheme in ("he", "xavier")
        }
        assert len(counts) == 1


def test_the_defaults_are_the_papers_and_a_laptop_does_a_fraction():
    # Section 2.2 and figures 2 and 3: 22 and 30 layers. Section 3: rate 0.01, momentum 0.9,
    # weight decay 0.0005, batches of 128, about 80 epochs.
    experiment = InitializationDepth()
    assert experiment.depths == (22, 30)
    assert (experiment.learning_rate, experiment.momentum) == (0.01, 0.9)
    assert (experiment.weight_decay, experiment.batch_size) == (0.0005, 128)
    assert experiment.epochs == 80
    # CIFAR-10 in place of ImageNet
    assert Settled(experiment).scale["of_paper"] == round(45_000 / 1_281_167, 6)
    small = Settled(experiment.laptop()).scale
    assert small["kind"] == "fraction"
    assert small["of_paper"] == round(25 * 2_000 / (80 * 1_281_167), 6)
    assert set(experiment.depths) <= set(experiment.laptop().depths)
