"""Gradients and signals through equal layers. Oracles: powers worked by hand, and the theory."""

import pytest
import torch
from torch import nn

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.pieces.equal_layers import ARMS, Arm, build, one_pass
from course_lib.experiments.vanishing_gradients import VanishingGradients, changes, read_digits
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vanishing_gradients")
    experiment = VanishingGradients()
    run_experiment(experiment, 0, quick=True, results=folder, checkpoints=folder / "c")
    return record(experiment.name, 0, folder)


def some_pass(arm, depth=3, width=20, seed=0):
    images = torch.randn(32, 30, dtype=torch.float64)
    labels = torch.arange(32) % 10
    return one_pass(build(arm, depth, width, 30, seed), arm, images, labels)


def test_the_record_has_every_kind_of_network_at_every_depth(made):
    assert made.scale["kind"] == "quick"
    assert made.measures["depths"] == [2, 5, 10]
    assert set(made.measures["arms"]) == {arm.name for arm in ARMS}
    assert len(ARMS) == 3 * 2 * 2 * 2
    for found in made.measures["arms"].values():
        for name in ("gradient", "error_signal", "signal", "contrast"):
            assert {len(values) for values in found[name].values()} == {3}


def test_the_factor_per_layer_follows_from_the_ratio_and_the_ratio_from_the_layers(made):
    for found in made.measures["arms"].values():
        profile = found["profile"]
        assert profile["layer"] == list(range(1, 11))
        ends = {
            "gradient": (profile["gradients"][0], profile["gradients"][-1]),
            "error_signal": (profile["error_signals"][0], profile["error_signals"][-1]),
            "signal": (profile["signals"][-1], profile["signals"][0]),
        }
        for name, (arrived, left) in ends.items():
            assert found[name]["ratio"][-1] == pytest.approx(arrived / left, rel=2e-3)
            assert found[name]["arrives"][-1] == arrived
            for depth, ratio, factor in zip(
                made.measures["depths"],
                found[name]["ratio"],
                found[name]["factor_per_layer"],
                strict=True,
            ):
                assert factor ** (depth - 1) == pytest.approx(ratio, rel=1e-2)


def test_no_slope_is_larger_than_its_activations_largest(made):
    # colorado_2024 and colorado_2025: 1/4 for a sigmoid, 1 for ReLU; tanh has 1 at 0.
    largest = {"sigmoid": 0.25, "tanh": 1.0, "relu": 1.0}
    for found in made.measures["arms"].values():
        assert found["largest_slope"] <= largest[found["activation"]]
        if found["activation"] == "relu":
            assert found["largest_slope"] == 1


def test_changes_by_hand():
    assert changes([[8.0, 4.0, 2.0], [1.0, 9.0], [1.0, None]]) == {
        "arrives": [2.0, 9.0, None],
        "ratio": [0.25, 9.0, None],
        "factor_per_layer": [0.5, 9.0, None],
    }


@pytest.mark.parametrize("weight", [1.1, 0.9])
def test_one_weight_fifty_times_is_its_49th_power(weight):
    # sharif_2024: w^(T - 1) with T = 50. 1.1^49 = 106.72 and not the 117.4 of the slide.
    arm = Arm("relu", "he", batch_norm=False, residual=False)
    network = build(arm, 50, 1, 30, 0)
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            nn.init.constant_(layer.weight, weight)
    images = torch.rand(8, 30, dtype=torch.float64)
    # Scores that are all equal, or right beyond doubt, have no gradient.
    network.classifier.weight.data[0] = 2
    found = one_pass(network, arm, images, torch.ones(8, dtype=torch.int64))
    power = {1.1: 106.7190, 0.9: 0.0057264}[weight]
    assert found.error_signals[0] / found.error_signals[-1] == pytest.approx(power, rel=1e-5)
    assert found.signals[-1] / found.signals[0] == pytest.approx(power, rel=1e-5)
    assert found.carried == pytest.approx(power, rel=1e-5)


@pytest.mark.parametrize(("scheme", "gain"), [("xavier", 1), ("he", 2**0.5)])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_a_wide_plain_network_changes_the_error_by_slope_times_gain(activation, scheme, gain):
    # Glorot & Bengio 2010, equation 6: Var(W) width E[slope^2] per layer; He et al. 2015: 2 x 1/2.
    arm = Arm(activation, scheme, batch_norm=False, residual=False)
    found = some_pass(arm, depth=4, width=600)
    factor = (found.error_signals[0] / found.error_signals[-1]) ** (1 / 3)
    assert factor == pytest.approx(found.slope * gain, rel=0.1)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_path_of_ones_alone_carries_the_error_unchanged(activation):
    arm = Arm(activation, "he", batch_norm=False, residual=True)
    network = build(arm, 30, 20, 30, 0)
    for layer in network.layers:
        nn.init.zeros_(layer.linear.weight)
    images = torch.randn(16, 30, dtype=torch.float64)
    found = one_pass(network, arm, images, torch.arange(16) % 10)
    assert found.carried == 1
    assert len(set(found.error_signals)) == len(set(found.signals)) == 1


def test_a_deep_sigmoid_network_sees_no_difference_between_its_pictures():
    found = some_pass(Arm("sigmoid", "xavier", batch_norm=False, residual=False), depth=60)
    assert found.contrasts[0] > 0.01
    assert found.contrasts[-1] is None
    # Oracle: its outputs are near 1/2 all the same.
    assert found.signals[-1] == pytest.approx(0.5, abs=0.1)


def test_the_gradients_are_those_of_torch():
    arm = Arm("tanh", "xavier", batch_norm=True, residual=True)
    images, labels = torch.randn(16, 30, dtype=torch.float64), torch.arange(16) % 10
    found = one_pass(build(arm, 3, 20, 30, 0), arm, images, labels)
    again = build(arm, 3, 20, 30, 0)
    loss = nn.functional.cross_entropy(again(images), labels)
    weights = [layer.linear.weight for layer in again.layers]
    norms = [gradient.norm().item() for gradient in torch.autograd.grad(loss, weights)]
    assert found.gradients == pytest.approx(norms)


def test_the_same_seed_gives_the_same_weights_and_another_others():
    arm = ARMS[0]
    assert some_pass_of_seed(arm, 0) == some_pass_of_seed(arm, 0)
    assert some_pass_of_seed(arm, 0) != some_pass_of_seed(arm, 1)


def some_pass_of_seed(arm, seed):
    torch.manual_seed(0)
    return some_pass(arm, seed=seed)


def test_the_full_size_needs_no_data_set_and_is_what_a_laptop_runs():
    experiment = VanishingGradients()
    assert (experiment.data, experiment.width, experiment.num_images) == ("mnist_5k", 100, 256)
    assert experiment.depths == (2, 5, 10, 20, 50, 100)
    assert experiment.laptop() == experiment
    assert Settled(experiment).scale["of_paper"] is None
    images, labels = read_digits("mnist_5k", 100, "cpu")
    assert images.shape == (100, 784)
    assert images.dtype == torch.float64
    assert images.mean().item() == pytest.approx(0, abs=1e-6)
    assert images.std(correction=0).item() == pytest.approx(1, abs=1e-6)
    assert torch.bincount(labels).tolist() == [10] * 10
