"""Crops of test pictures. Oracle: `predict_crops` of the library, a network that is known."""

import pytest
import torch
from torch import nn

from course_lib.data import load, predict_crops
from course_lib.data.augmentation import RandomCrop, ScaleJitter
from course_lib.experiments import test_time_crops
from course_lib.experiments.augmentation_gap import ThreeConvolutions
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import in_color
from course_lib.experiments.test_time_crops import (
    CENTER,
    MiddleInTheTest,
    TestTimeCrops,
    crop_scores,
)
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("crops")
    run_experiment(TestTimeCrops(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("test_time_crops", 0, folder)


@pytest.fixture(scope="module")
def digits():
    images, labels = load("mnist_5k", "test")
    return in_color(images[:60]), labels[:60]


@pytest.fixture
def model():
    torch.manual_seed(0)

    class Small(nn.Module):
        """Differs from place to place, so that no two crops give the same."""

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(10, 3 * 28 * 28) / 1000)

        def forward(self, images):
            return images[:, :, :28, :28].flatten(1).float() @ self.weight.T

    return Small()


def test_the_window_is_the_share_of_the_picture_that_the_paper_takes():
    full = TestTimeCrops()
    assert full.crop / 32 == 224 / 256  # Krizhevsky et al. 2012, section 4.1
    assert 32 in full.scales  # the pictures' own
    assert full.scale().of_paper is None
    assert "20,000 pictures" in full.laptop().scale().note


@pytest.mark.parametrize("way", ["probabilities", "scores", "votes"])
def test_all_averages_are_those_of_predict_crops(way, model, digits):
    images, labels = digits
    experiment = TestTimeCrops(scales=(28, 32, 36))
    found = experiment.errors(model, images, labels)
    for name, scales in (("ten", None), ("all_scales", (28, 32, 36))):
        expected = predict_crops(model, images, 28, scales, way).argmax(1)
        assert found[name][way] == pytest.approx(
            float((expected != labels).double().mean()), abs=1e-6
        )
    for scale in (28, 32, 36):
        expected = predict_crops(model, images, 28, (scale,), "scores").argmax(1)
        error = float((expected != labels).double().mean())
        assert found["ten_at_scale"][str(scale)] == pytest.approx(error, abs=1e-6)


def test_the_center_is_the_middle_of_the_picture(model, digits):
    images, labels = digits
    found = crop_scores(model, images, 28, (28, 32))
    assert found.shape == (2, 10, 60, 10)
    middle = images[:, :, 2:30, 2:30]
    with torch.no_grad():
        torch.testing.assert_close(found[1, CENTER], model(middle))
        torch.testing.assert_close(found[1, CENTER + 5], model(middle.flip(-1)))
        error = float((model(middle).argmax(1) != labels).double().mean())
    scales = TestTimeCrops(scales=(28, 32))
    assert scales.errors(model, images, labels)["center"] == pytest.approx(error, abs=1e-6)


def test_costs_are_counted():
    costs = TestTimeCrops().costs()
    passes = {way: cost["passes"] for way, cost in costs.items()}
    assert list(passes) == ["whole_picture", "center", "center_and_mirror", "ten", "all_scales"]
    assert list(passes.values()) == [1, 1, 2, 10, 40]
    assert costs["whole_picture"]["pixels"] == pytest.approx(32 * 32 / (28 * 28), abs=1e-4)
    assert costs["all_scales"]["pixels"] == 40


def test_the_passes_are_as_many_as_the_costs_say(model, digits):
    seen = []
    model.register_forward_hook(lambda _module, inputs, _out: seen.append(len(inputs[0])))
    crop_scores(model, digits[0], 28, TestTimeCrops().scales)
    assert sum(seen) == TestTimeCrops().costs()["all_scales"]["passes"] * len(digits[0])


def test_the_record_tells_of_two_networks_and_all_ways_to_ask_them(made):
    runs = made.measures["runs"]
    assert list(runs) == ["one_scale", "drawn_scales"]
    for found in runs.values():
        errors = found["errors"]
        assert len(found["epochs"]) == made.config["epochs"]
        assert list(errors["ten_at_scale"]) == [str(scale) for scale in made.config["scales"]]
        # At its own size there is nothing to tell these apart.
        assert errors["ten_at_scale"]["32"] == errors["ten"]["scores"]
        assert list(made.measures["costs"]) == list(errors)[:-1]


def test_the_two_networks_differ_in_the_scales_they_learn_from_alone(monkeypatch, tmp_path):
    calls = {}

    def train(run, arm, build, pictures, optimizer, **options):
        augment = options.pop("augment")
        options.pop("measure")
        calls[arm] = (run.seed, id(pictures), options)
        window, flips = augment.steps
        return {"window": window, "flips": flips}

    monkeypatch.setattr(test_time_crops, "train_classifier", train)
    found = TestTimeCrops().quick().run(Run(1, "cpu", tmp_path)).measures["runs"]
    assert calls["one_scale"] == calls["drawn_scales"]
    assert found["one_scale"]["window"] == RandomCrop(28)
    assert found["drawn_scales"]["window"] == ScaleJitter(28, 36, 28)
    assert found["one_scale"]["flips"] == found["drawn_scales"]["flips"]


def test_validation_asks_about_the_middle():
    torch.manual_seed(0)
    network = ThreeConvolutions(4)
    model = MiddleInTheTest(network, 28).eval()
    images = torch.randn(3, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(model(images), network(images[:, :, 2:30, 2:30]))
        model.train()
        torch.testing.assert_close(model(images), network(images))
