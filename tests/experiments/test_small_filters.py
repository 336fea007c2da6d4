"""Stacks of small filters beside one large one: what they cost, see and learn."""

import pytest
import torch

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.small_filters import (
    PARTS,
    FilterNetwork,
    SmallFilters,
    counts_of,
    make_part,
)
from course_lib.inspection import count_parameters
from course_lib.training import record


@pytest.fixture(scope="module")
def measures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filters")
    run_experiment(SmallFilters(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("small_filters", 0, folder).measures


def test_the_answer_is_the_difference_of_the_test_errors(measures):
    errors = {arm: found["test_error"] for arm, found in measures["runs"].items()}
    assert list(errors) == list(PARTS)
    assert measures["test_error_falls_by"] == {
        "one_7x7 to three_3x3": errors["one_7x7"] - errors["three_3x3"],
        "one_7x7 to three_3x3_linear": errors["one_7x7"] - errors["three_3x3_linear"],
        "three_3x3_linear to three_3x3": errors["three_3x3_linear"] - errors["three_3x3"],
        "one_5x5 to two_3x3": errors["one_5x5"] - errors["two_3x3"],
    }


def test_every_arm_is_trained_at_its_own_rate(measures):
    for found in measures["runs"].values():
        tried = dict(
            zip(found["search"]["rates"], found["search"]["validation_error"], strict=True)
        )
        assert list(tried) == [0.05, 0.02]
        assert tried[found["search"]["best"]] == min(tried.values())
        assert len(found["epochs"]) == 2


@pytest.mark.parametrize("channels", [3, 64])
@pytest.mark.parametrize(
    ("arm", "squares", "field"),
    [
        ("one_7x7", 49, 7),  # section 2.3: 7^2 C^2 = 49 C^2 against 3 (3^2 C^2) = 27 C^2
        ("three_3x3", 27, 7),
        ("three_3x3_linear", 27, 7),
        ("one_5x5", 25, 5),
        ("two_3x3", 18, 5),
    ],
)
def test_counts_are_the_formulas(arm, squares, field, channels):
    assert counts_of(PARTS[arm], channels) == {
        "parameters": squares * channels**2,
        "parameters_per_squared_channel": squares,
        "receptive_field": field,
        "operations": 2 * squares * channels**2,  # a multiplication and an addition a weight
    }


def test_the_network_has_the_part_twice():
    # Oracle by hand: stem, two parts with biases, classifier.
    for arm, (squares, layers) in {"one_7x7": (49, 1), "three_3x3": (27, 3)}.items():
        by_hand = (27 * 8 + 8) + 2 * (squares * 64 + layers * 8) + 8 * 10 + 10
        assert count_parameters(FilterNetwork(PARTS[arm], 8)) == by_hand


def test_without_rectifiers_a_stack_is_one_linear_map_and_with_them_it_is_not():
    x, y = torch.randn(2, 1, 4, 9, 9, dtype=torch.float64)
    for arm, is_linear in (("three_3x3_linear", True), ("three_3x3", False)):
        part = make_part(PARTS[arm], 4, bias=False).double()
        assert torch.allclose(part(x + y), part(x) + part(y)) == is_linear


def test_no_arm_begins_louder_than_another():
    images = torch.randn(256, 3, 32, 32)
    loudness = []
    for part in PARTS.values():
        network = FilterNetwork(part, 32)
        x = torch.relu(network.stem(images[:8]))
        loudness.append(network.part1(x).square().mean().item() / x.square().mean().item())
    # With rectified input of power p, He's weights give 2 p; at the border the padding takes some.
    assert min(loudness) > 0.8
    assert max(loudness) < 2.5


def test_the_settings_say_what_they_are():
    assert Settled(SmallFilters()).scale["kind"] == "paper"
    scale = Settled(SmallFilters().laptop()).scale
    assert (scale["kind"], scale["of_paper"]) == ("fraction", None)
    assert scale["note"].startswith("32 channels, 30 passes through 10,000 pictures of cifar10")
