"""The race. Oracles: sums worked by hand, the covariance of whitened patches, torch's flips."""

import json
from dataclasses import replace
from statistics import mean, stdev

import pytest
import torch
from torch import nn

from course_lib.data import load
from course_lib.experiments import speed_cifar10
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import in_color
from course_lib.experiments.pieces.speed_network import EPSILON, FastNetwork, Whitening
from course_lib.experiments.speed_cifar10 import (
    Average,
    Race,
    SpeedCifar10,
    alternating_batches,
    make_optimizer,
    six_views,
    summary,
)
from course_lib.training import TrainingDivergedError, record

SMALL = replace(SpeedCifar10().quick(), widths=(4, 4, 8), batch_size=64, runs=1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("race")
    run_experiment(SpeedCifar10(), 0, True, results=folder, checkpoints=folder / "c")
    return record("speed_cifar10", 0, folder)


@pytest.fixture(scope="module")
def digits():
    images, labels = load("mnist_5k", "train")
    return in_color(images[:600]), labels[:600]


def test_the_quick_record_sums_up_its_runs(made):
    runs = made.measures["runs"]
    assert made.measures["compiled"] is False  # on a CPU, whatever the settings say
    assert list(runs) == ["run0", "run1"]
    assert made.scale["kind"] == "quick"
    assert made.epochs == ()
    assert made.test["error"] is None
    for each in runs.values():
        assert each["measured_on"] == "test"
        assert len(each["epochs"]) == made.config["epochs"]
        # The step holds loading, warm-up and evaluation, which the race does not.
        assert 0 < each["training_seconds"] < each["seconds"]
        assert each["error"]["six_views"] < 0.8  # guessing: 0.9
    seconds = [each["training_seconds"] for each in runs.values()]
    found = made.measures["summary"]["training_seconds"]
    assert found["mean"] == pytest.approx(mean(seconds), abs=1e-6)
    assert found["deviation"] == pytest.approx(stdev(seconds), abs=1e-6)
    assert (found["least"], found["most"]) == (min(seconds), max(seconds))
    for views in ("one_view", "two_views", "six_views"):
        errors = [each["error"][views] for each in runs.values()]
        assert made.measures["summary"][f"error_{views}"]["mean"] == pytest.approx(mean(errors))
    assert runs["run0"]["error"] != runs["run1"]["error"]


@pytest.fixture
def splits_read(monkeypatch):
    """Few digits, and a note of each split that is asked for."""
    read = []

    def noted(name, split):
        read.append(split)
        images, labels = load(name, split)
        return images[:240], labels[:240]

    monkeypatch.setattr(speed_cifar10, "load", noted)
    return read


def test_a_single_run_is_the_record_and_has_no_deviation(splits_read, tmp_path):
    found = replace(SMALL, batch_size=16).run(Run(3, "cpu", tmp_path))
    (run,) = found.measures["runs"].values()
    assert [epoch.train_loss for epoch in found.epochs] == [run["epochs"][0]["train_loss"]]
    assert found.test_error == run["error"]["six_views"]
    assert summary([run])["training_seconds"]["deviation"] is None
    json.dumps(found.measures, allow_nan=False)


@pytest.mark.parametrize("num_validation", [0, 40])
def test_the_test_set_is_left_alone_where_settings_are_chosen(
    num_validation, splits_read, tmp_path
):
    settings = replace(SMALL, batch_size=16, num_validation=num_validation)
    found = settings.run(Run(0, "cpu", tmp_path))
    run = found.measures["runs"]["run0"]
    assert splits_read == (["train"] if num_validation else ["train", "test"])
    assert run["measured_on"] == ("validation" if num_validation else "test")
    assert found.test_error == (None if num_validation else run["error"]["six_views"])


def test_the_full_network_and_its_settings_are_the_papers():
    # Jordan 2024, section 3: widths, batch, smoothing, momentum and the rate of the biases.
    full = SpeedCifar10()
    assert (full.widths, full.batch_size) == ((64, 256, 256), 1024)
    assert (full.label_smoothing, full.momentum, full.bias_rate) == (0.2, 0.85, 64)
    assert (full.translation, full.average_every, full.average_decay) == (2, 5, 0.95)
    pairs = ((24, 64), (64, 64), (64, 256), (256, 256), (256, 256), (256, 256))
    kernels = sum(9 * before * after for before, after in pairs)
    norms = sum(2 * after for _, after in pairs)
    count = sum(weight.numel() for weight in FastNetwork(full.widths).parameters())
    assert count == kernels + norms + 10 * 256 == 1_972_480
    assert full.runs == 20


def test_the_laptop_runs_a_fraction():
    scale = Settled(SpeedCifar10().laptop()).scale
    assert scale["kind"] == "fraction"
    assert "11 epochs of cifar10, 32, 128, 256 maps wide, 1 run(s)" in scale["note"]
    assert Settled(SpeedCifar10()).scale["kind"] == "paper"


def test_whitened_patches_have_no_mean_no_covariance_and_either_sign(digits):
    noise = torch.randint(256, (50, 3, 12, 12), dtype=torch.uint8)
    noise[:, 1] = noise[:, 0] // 2 + noise[:, 1] // 4  # colors that go together
    whiten = Whitening()
    whiten.fit(noise)
    maps = whiten(noise)
    assert torch.equal(maps[:, 12:], -maps[:, :12])
    vectors = maps[:, :12].movedim(1, 3).flatten(0, 2).double().T
    torch.testing.assert_close(vectors.mean(1), torch.zeros(12).double(), atol=1e-4, rtol=0)
    # Oracle: torch.cov of the patches; epsilon takes a little of each variance.
    patches = torch.nn.functional.unfold(noise.double() / 255, 2).movedim(1, 2).flatten(0, 1)
    variances = torch.linalg.eigvalsh(patches.T.cov(correction=0)).flip(0)
    wanted = torch.diag(variances / (variances + EPSILON))
    torch.testing.assert_close(vectors.cov(correction=0), wanted, atol=1e-3, rtol=0)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(whiten(noise), maps)


def test_convolutions_begin_by_handing_on_what_they_get():
    network = FastNetwork((32, 32, 40))
    network.draw(0)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            x = torch.randn(2, layer.in_channels, 5, 5)
            torch.testing.assert_close(layer(x)[:, : layer.in_channels], x)
    first = {name: each.clone() for name, each in network.state_dict().items()}
    network(torch.randint(256, (4, 3, 32, 32), dtype=torch.uint8))  # moves running statistics
    network.draw(0)
    assert all(torch.equal(first[name], each) for name, each in network.state_dict().items())


def test_shapes_and_what_learns():
    network = FastNetwork((4, 8, 16))
    network.draw(0)
    x = torch.randint(256, (2, 3, 32, 32), dtype=torch.uint8)
    assert network.whiten(x).shape == (2, 24, 31, 31)
    assert network.groups(network.whiten(x)).shape == (2, 16, 3, 3)
    network(x).sum().backward()
    without = {name for name, weight in network.named_parameters() if weight.grad is None}
    assert without == {f"groups.{group}.{norm}.weight" for group in range(3) for norm in (2, 5)}


def test_biases_move_faster_and_shrink_alike():
    settings = replace(SpeedCifar10(), batch_size=512)
    network = FastNetwork((4, 4, 4))
    optimizer, schedule = make_optimizer(settings, network, 100)
    weights, biases = optimizer.param_groups
    assert {weight.ndim for weight in weights["params"]} == {2, 4}
    assert {weight.ndim for weight in biases["params"]} == {1}
    assert len(biases["params"]) == 6
    assert biases["lr"] == pytest.approx(64 * weights["lr"])
    assert biases["lr"] * biases["weight_decay"] == pytest.approx(
        weights["lr"] * weights["weight_decay"]
    )
    rates = []
    for _ in range(100):
        rates.append(weights["lr"])
        optimizer.step()
        schedule.step()
    peak = 1.5 * 512 / 1024
    assert (rates[0], max(rates)) == pytest.approx((peak / 5, peak))
    assert rates.index(max(rates)) == 22  # the 23rd step of 100
    assert rates[-1] == pytest.approx(0.07 * peak)


def test_two_epochs_show_each_picture_and_its_mirror_image():
    images = torch.randint(256, (22, 3, 8, 8), dtype=torch.uint8)
    settings = replace(SMALL, batch_size=22, translation=0)
    shown = list(alternating_batches(settings, (images, torch.arange(22)), seed=1, epochs=3))
    orders = [labels.tolist() for _, labels in shown]
    assert [sorted(order) for order in orders] == [list(range(22))] * 3
    assert orders[0] != orders[1]
    as_is = []
    for pictures, labels in shown:
        kept = [picture.equal(images[k]) for picture, k in zip(pictures, labels, strict=True)]
        turned = [
            picture.equal(images[k].flip(-1)) for picture, k in zip(pictures, labels, strict=True)
        ]
        assert [one != other for one, other in zip(kept, turned, strict=True)] == [True] * 22
        as_is.append({k for k, is_kept in zip(labels.tolist(), kept, strict=True) if is_kept})
    assert 0 < len(as_is[0]) < 22
    assert as_is[1] == set(range(22)) - as_is[0]
    assert as_is[2] == as_is[0]


def test_batches_are_whole_and_shifted_by_up_to_two_pixels():
    images = torch.zeros(20, 3, 12, 12, dtype=torch.uint8)
    images[:, :, 6, 5] = 200
    settings = replace(SMALL, batch_size=8)
    shown = list(alternating_batches(settings, (images, torch.arange(20)), seed=0, epochs=4))
    assert [len(labels) for _, labels in shown] == [8, 8] * 4
    places = {
        tuple((picture[0] == 200).nonzero()[0].tolist())
        for pictures, _ in shown
        for picture in pictures
    }
    rows, columns = ({place[axis] for place in places} for axis in (0, 1))
    assert rows == {4, 5, 6, 7, 8}
    assert columns == {3, 4, 5, 6, 7, 8}  # 5 and its mirror image 6, each by up to 2


def test_slow_weights_go_a_part_of_the_way_and_the_quick_ones_follow():
    layer = nn.BatchNorm1d(2)
    average = Average(layer)
    layer.weight.data.fill_(3.0)
    layer.running_mean.fill_(8.0)
    average.pull(0.25)
    assert layer.weight.tolist() == [1.5, 1.5]  # from 1 to 3
    assert layer.running_mean.tolist() == [2.0, 2.0]  # from 0 to 8
    layer.weight.data.fill_(7.0)
    average.pull(0.0)
    assert layer.weight.tolist() == [1.5, 1.5]


def test_six_views_are_the_picture_two_shifts_and_their_mirror_images():
    images = torch.arange(2 * 3 * 4 * 4, dtype=torch.uint8).view(2, 3, 4, 4)
    views = list(six_views(images))
    assert torch.equal(views[0], images)
    assert torch.equal(views[2][:, :, 1:, 1:], images[:, :, :-1, :-1])
    assert torch.equal(views[4][:, :, :-1, :-1], images[:, :, 1:, 1:])
    for place in (0, 2, 4):
        assert torch.equal(views[place + 1], views[place].flip(-1))


def test_errors_are_those_of_the_summed_answers(digits):
    network = FastNetwork((4, 4, 8))
    network.draw(2)
    network.whiten.fit(digits[0])
    images, labels = digits[0][:200], digits[1][:200]
    found = Race(SMALL, network, network, 0).errors(images, labels)
    network.eval()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        one, other = network(images).float(), network(images.flip(-1)).float()
    wrong = {"one_view": one, "two_views": one + other}
    for name, scores in wrong.items():
        assert found[name] == pytest.approx((scores.argmax(1) != labels).float().mean().item())
    assert 0 < found["six_views"] <= 1


def test_the_seed_decides_what_is_learned(digits):
    network = FastNetwork((4, 4, 8))
    losses = []
    for seed in (1, 1, 2):
        network.draw(seed)
        epochs = Race(SMALL, network, network, seed).learn(digits, epochs=1)
        losses += [epoch.train_loss for epoch in epochs]
    assert losses[0] == losses[1] != losses[2]


def test_a_race_that_diverges_stops(digits):
    network = FastNetwork((4, 4, 8))
    network.draw(0)
    race = Race(replace(SMALL, learning_rate=1e30), network, network, 0)
    with pytest.raises(TrainingDivergedError, match="In epoch 1 the loss became"):
        list(race.learn(digits, epochs=1))


@pytest.mark.gpu
def test_runs_compiled_on_the_gpu(tmp_path):
    found = replace(SMALL, runs=2).run(Run(0, "cuda", tmp_path)).measures
    assert len(found["runs"]) == 2
