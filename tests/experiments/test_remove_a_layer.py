"""AlexNet without one of its convolutions: shares of the parameters, and what each is worth."""

import pytest
import torch

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.remove_a_layer import RemoveALayer, small_alexnet
from course_lib.inspection import count_parameters, output_shapes
from course_lib.training import record


@pytest.fixture(scope="module")
def measures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remove")
    run_experiment(RemoveALayer(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("remove_a_layer", 0, folder).measures


def test_the_answer_is_what_the_test_error_rises_by(measures):
    errors = {arm: found["test_error"] for arm, found in measures["runs"].items()}
    assert measures["test_error_rises_by"] == {
        name: errors[f"without_{name}"] - errors["all_five"]
        for name in ("conv1", "conv2", "conv3_or_conv4", "conv5")
    }


def test_the_shares_of_alexnet_are_exact(measures):
    # Figure 2 of the paper, by hand: kernels and biases; 2, 4 and 5 see half of the maps.
    numbers = {
        "conv1": 96 * (3 * 121 + 1),
        "conv2": 256 * (48 * 25 + 1),
        "conv3": 384 * (256 * 9 + 1),
        "conv4": 384 * (192 * 9 + 1),
        "conv5": 256 * (192 * 9 + 1),
        "fc6": 4096 * (9216 + 1),
        "fc7": 4096 * (4096 + 1),
        "fc8": 1000 * (4096 + 1),
    }
    assert sum(numbers.values()) == 60_965_224
    shares = measures["shares"]["alexnet"]
    assert shares == {name: pytest.approx(n / 60_965_224) for name, n in numbers.items()}
    # Section 1 says at most 1 % for each convolution; the third and fourth have more.
    above = [name for name in ("conv1", "conv2", "conv3", "conv4", "conv5") if shares[name] > 0.01]
    assert above == ["conv3", "conv4"]
    assert sum(measures["shares"]["here"].values()) == pytest.approx(1)


def test_the_small_network_has_the_papers_relations():
    # A quarter of 96, 256, 384, 384, 256 and 4096; 3x3 maps at the end, since 32, 15, 7, 3.
    by_hand = (
        24 * (3 * 25 + 1)
        + 64 * (24 * 25 + 1)
        + 96 * (64 * 9 + 1)
        + 96 * (96 * 9 + 1)
        + 64 * (96 * 9 + 1)
        + 1024 * (64 * 9 + 1)
        + 1024 * (1024 + 1)
        + 10 * (1024 + 1)
    )
    assert count_parameters(small_alexnet(4)) == by_hand


@pytest.mark.parametrize("without", [1, 2, 3, 4, 5])
def test_one_layer_is_gone_and_the_maps_of_the_others_keep_their_size(without):
    shapes, kept = (
        {
            layer.name: layer.output_shape
            for layer in output_shapes(small_alexnet(8, number), (1, 3, 32, 32))
            if layer.name.startswith(("conv", "fc"))
        }
        for number in (None, without)
    )
    assert shapes.keys() - kept.keys() == {f"conv{without}"}
    assert all(kept[name] == shapes[name] for name in kept)


def test_the_third_and_the_fourth_leave_the_same_network():
    images = torch.randn(2, 3, 32, 32)
    left = []
    for without in (3, 4):
        torch.manual_seed(0)
        left.append(small_alexnet(8, without).eval()(images))
    assert torch.equal(*left)


def test_without_the_first_convolution_dark_pixels_are_not_rectified_away():
    network = small_alexnet(8, without=1).eval()
    images = -torch.rand(2, 3, 32, 32)
    assert not torch.equal(network(images), network(torch.zeros_like(images)))


def test_the_settings_say_what_they_are():
    assert Settled(RemoveALayer()).scale["kind"] == "paper"
    scale = Settled(RemoveALayer().laptop()).scale
    assert (scale["kind"], scale["of_paper"]) == ("fraction", None)
    assert scale["note"].startswith("AlexNet's widths divided by 8, 24 passes through 10,000")
