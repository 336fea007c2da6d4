"""Augmentations beside none. Oracle: the record's own runs, counts by hand, what stays in place."""

import pytest
import torch

from course_lib.data.augmentation import (
    ColorJitter,
    Compose,
    Cutout,
    RandomCrop,
    cifar_augmentation,
    sample_keys,
)
from course_lib.experiments import augmentation_gap
from course_lib.experiments.augmentation_gap import AugmentationGap, ThreeConvolutions
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.pieces.pictures import load_pictures
from course_lib.training import record

ARMS = ["none", "flips", "crops", "flips_and_crops", "color", "cutout", "all"]


@pytest.fixture(scope="module")
def asked():
    """The images on which the training errors were measured."""
    return []


@pytest.fixture(scope="module")
def made(tmp_path_factory, asked):
    folder = tmp_path_factory.mktemp("augmentation")
    error_rate = augmentation_gap.error_rate

    def watched(model, images, labels):
        asked.append(images)
        return error_rate(model, images, labels)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(augmentation_gap, "error_rate", watched)
        run_experiment(AugmentationGap(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("augmentation_gap", 0, folder)


@pytest.fixture(scope="module")
def pictures():
    return load_pictures("mnist_5k", "cpu", num_validation=500, num_train=100)


def test_the_settings_of_the_papers():
    full = AugmentationGap()
    # He et al. 2015, section 4.2: 4 pixels of padding, batches of 128, 0.1, 0.9; 45,000 pictures.
    assert (full.padding, full.batch_size, full.learning_rate, full.momentum) == (4, 128, 0.1, 0.9)
    assert full.num_train == 45_000
    assert full.cutout_size == 16  # DeVries & Taylor 2017, section 4.1
    assert full.scale().of_paper is None
    assert f"{full.laptop().num_train:,} pictures" in full.laptop().scale().note


def test_the_answers_follow_from_the_runs(made):
    runs, gap = made.measures["runs"], made.measures["gap"]
    assert list(runs) == list(gap) == ARMS
    for arm, found in runs.items():
        assert gap[arm] == pytest.approx(
            found["test_error"] - found["network_train_error"], abs=2e-6
        )
        closed = made.measures["gap_closed"][arm]
        assert closed == pytest.approx(gap["none"] - gap[arm], abs=2e-6)
        assert len(found["epochs"]) == made.config["epochs"]


def test_training_errors_are_of_all_training_pictures_as_they_are(made, asked):
    quick = made.config
    pictures = load_pictures("mnist_5k", "cpu", quick["num_validation"], quick["num_train"])
    assert len(asked) == len(ARMS)
    assert all(torch.equal(images, pictures.train[0]) for images in asked)


def test_every_arm_has_the_same_network_pictures_and_steps(monkeypatch, tmp_path):
    calls = {}

    def train(run, arm, build, pictures, optimizer, **options):
        augment = options.pop("augment")
        model = torch.nn.Linear(1, 1)
        rates = optimizer(model)[0].param_groups[0]["lr"]
        options.pop("measure")
        calls[arm] = (run.seed, id(pictures), rates, options)
        return {
            "epochs": [],
            "test_error": 0.5,
            "network_train_error": 0.25,
            "augment": str(augment),
        }

    monkeypatch.setattr(augmentation_gap, "train_classifier", train)
    run_experiment(AugmentationGap(), 1, quick=True, results=tmp_path, checkpoints=tmp_path / "c")
    assert list(calls) == ARMS
    assert all(call == calls["none"] for call in calls.values())
    runs = record("augmentation_gap", 1, tmp_path).measures["runs"]
    assert len({found["augment"] for found in runs.values()}) == len(ARMS)


def test_each_arm_changes_what_its_name_says(pictures):
    images = pictures.train[0][:50]
    keys = sample_keys(0, 1, torch.arange(50))
    arms = AugmentationGap().augmentations(pictures)
    assert list(arms) == ARMS
    assert arms["none"] is None
    flipped = arms["flips"](images, keys=keys)
    for before, after in zip(images, flipped, strict=True):
        assert torch.equal(after, before) or torch.equal(after, before.flip(-1))
    shifted = arms["crops"](images, keys=keys)
    # A digit's frame is 2 to 6 pixels wide, so what a shift of 4 loses is little.
    assert (shifted != images).flatten(1).any(1).float().mean() > 0.9
    assert not torch.equal(arms["color"](images, keys=keys), images)
    blanked = arms["cutout"](images, keys=keys)
    mean = round(255 * float(pictures.centering.mean[0]))
    changed = blanked != images
    assert (blanked[changed] == mean).all()
    assert 0 < changed[:, 0].sum((1, 2)).max() <= 16 * 16


def test_with_the_padding_of_the_papers_the_arms_are_the_papers_recipes(pictures):
    # Oracle: the library's recipe, whose draws the committed records were made with.
    arms = AugmentationGap().augmentations(pictures)
    assert arms["flips_and_crops"] == cifar_augmentation()
    assert isinstance(arms["cutout"], Cutout)
    color = ColorJitter(0.4, 0.4, 0.4)
    assert arms["all"] == Compose(color, cifar_augmentation(arms["cutout"]))


def test_the_padding_reaches_every_arm_that_crops(pictures):
    def paddings(augment):
        steps = augment.steps if isinstance(augment, Compose) else [augment]
        nested = [paddings(step) for step in steps if isinstance(step, Compose)]
        own = [step.padding for step in steps if isinstance(step, RandomCrop)]
        return sum(nested, own)

    arms = AugmentationGap(padding=7).augmentations(pictures)
    cropping = {arm: paddings(augment) for arm, augment in arms.items() if paddings(augment)}
    assert cropping == {"crops": [7], "flips_and_crops": [7], "all": [7]}


def test_the_network_is_counted_by_hand():
    width = 8
    convolutions = 9 * (3 * width + width * 2 * width + 2 * width * 4 * width)
    norms = 2 * (width + 2 * width + 4 * width)
    network = ThreeConvolutions(width)
    wanted = convolutions + norms + 4 * width * 10 + 10
    assert sum(weight.numel() for weight in network.parameters()) == wanted
    for side in (28, 32):
        assert network(torch.zeros(2, 3, side, side)).shape == (2, 10)
