"""Training and asking. Oracle: a detector whose loss and answers are known by hand."""

import pytest
import torch
from torch import nn

from course_lib.applications.detection import (
    Detections,
    Detector,
    Scenes,
    detect,
    fast_rcnn,
    faster_rcnn,
    fit_detector,
    mean_average_precision,
    rcnn,
    sliding_windows,
    with_proposals,
    yolo,
)
from course_lib.training import TrainingDivergedError


class Recorder(nn.Module):
    """Its loss is the square of its weight, and it notes what it is asked."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(1.0))
        self.seen, self.draws, self.modes = [], [], []

    def losses(self, scenes, generator=None):
        self.seen.append(scenes.images[:, 0, 0, 0].tolist())
        self.draws.append(torch.rand(1, generator=generator).item())
        self.modes.append(self.training)
        return {
            "square": self.weight**2,
            "twice": 2 * scenes.images.float().mean() + 0 * self.weight,
        }

    def detect(self, scenes):
        self.modes.append(self.training)
        self.seen.append(scenes.images[:, 0, 0, 0].tolist())
        assert torch.is_inference_mode_enabled()
        numbers = scenes.images[:, 0, 0, 0].float()
        box = torch.tensor([[0.0, 0, 1, 1]])
        return [Detections(box, number[None], torch.tensor([0])) for number in numbers]


def _scenes(num):
    return Scenes(torch.arange(num, dtype=torch.uint8)[:, None, None, None].expand(num, 1, 2, 2))


def _fit(num=7, **options):
    detector = Recorder()
    optimizer = torch.optim.SGD(detector.parameters(), 0.1)
    options = {"epochs": 3, "batch_size": 3} | options
    return detector, fit_detector(detector, optimizer, _scenes(num), **options)


def test_every_scene_once_an_epoch_in_an_order_of_its_own():
    detector, _ = _fit()
    assert [len(batch) for batch in detector.seen] == [3, 3, 1] * 3
    epochs = [[*a, *b, *c] for a, b, c in zip(*[iter(detector.seen)] * 3, strict=True)]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs)
    assert epochs[0] != epochs[1]
    assert all(detector.modes)


def test_terms_are_means_over_the_scenes_of_an_epoch():
    _, history = _fit(epochs=2)
    weights = [0.8**step for step in range(6)]  # w - 0.1 * 2 w
    shares = [3 / 7, 3 / 7, 1 / 7]
    for epoch in (0, 1):
        squares = [weight**2 for weight in weights[3 * epoch : 3 * epoch + 3]]
        wanted = sum(share * square for share, square in zip(shares, squares, strict=True))
        assert history[epoch]["square"] == pytest.approx(wanted)
        assert history[epoch]["twice"] == pytest.approx(2 * 3)  # twice the mean of 0, …, 6


def test_the_seed_orders_batches_and_draws():
    (one, _), (again, _), (other, _) = (_fit(seed=seed) for seed in (1, 1, 2))
    assert (one.seen, one.draws) == (again.seen, again.draws)
    assert one.seen != other.seen
    assert one.draws != other.draws
    assert len(set(one.draws)) == len(one.draws)


def test_a_schedule_takes_a_step_after_each_batch():
    detector = Recorder()
    optimizer = torch.optim.SGD(detector.parameters(), 0.1)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    fit_detector(detector, optimizer, _scenes(4), epochs=1, batch_size=2, schedule=schedule)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 / 4)
    assert detector.weight.item() == pytest.approx((1 - 0.2) * (1 - 0.1))


def test_epochs_are_told_as_they_end():
    told = []
    _, history = _fit(after_epoch=lambda epoch, terms: told.append((epoch, terms)))
    assert told == list(enumerate(history, start=1))


def test_a_training_that_diverges_stops_and_names_the_epoch():
    detector = Recorder()
    optimizer = torch.optim.SGD(detector.parameters(), 1e6)  # w becomes -2e6 w in each step
    with pytest.raises(
        TrainingDivergedError, match=r"In epoch 2 .*'square': inf, 'twice': 5.0}. Try a tenth"
    ):
        fit_detector(detector, optimizer, _scenes(6), epochs=9, batch_size=2)


@pytest.mark.parametrize(
    ("build", "rate"), [(rcnn, 1e12), (fast_rcnn, 1e12), (faster_rcnn, 1e12), (yolo, 1e3)]
)
def test_every_detector_that_diverges_says_so(build, rate, two_canvases):
    """The guesses of YOLO overflow before its loss is asked for."""
    scenes = with_proposals(two_canvases, lambda image: sliding_windows((64, 64), 20, 8))
    detector = build()
    optimizer = torch.optim.SGD(detector.parameters(), rate)
    with pytest.raises(TrainingDivergedError, match="stopped being a finite number"):
        fit_detector(detector, optimizer, scenes, epochs=9, batch_size=1)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"batch_size": 0}, {"num": 0}])
def test_nothing_to_do_is_an_error(options):
    with pytest.raises(ValueError, match=r"epochs is ., batch_size ., and train has . scenes"):
        _fit(**options)


@pytest.mark.parametrize("was_training", [False, True])
def test_asking_about_many_scenes(was_training):
    detector = Recorder().train(was_training)
    found = detect(detector, _scenes(7), batch_size=3)
    assert [answer.scores.item() for answer in found] == list(range(7))
    assert detector.seen == [[0, 1, 2], [3, 4, 5], [6]]
    assert not any(detector.modes)
    assert detector.training is was_training
    assert detect(detector, _scenes(0)) == []


def test_the_mode_comes_back_after_an_error():
    detector = Recorder().train()
    detector.detect = lambda scenes: 1 / 0
    with pytest.raises(ZeroDivisionError):
        detect(detector, _scenes(2))
    assert detector.training


@pytest.mark.parametrize("build", [rcnn, fast_rcnn, faster_rcnn, yolo])
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_every_detector_is_trained_and_asked_alike(build, device, two_canvases):
    """Sliding windows serve as proposals, and the canvases lie on the device of the detector."""
    scenes = with_proposals(two_canvases.to(device), lambda image: sliding_windows((64, 64), 20, 8))
    detector = build().to(device)
    assert isinstance(detector, Detector)
    optimizer = torch.optim.Adam(detector.parameters(), 1e-3)
    first, last = fit_detector(detector, optimizer, scenes, epochs=2)
    assert first.keys() == last.keys()
    found = detect(detector, scenes)
    assert {answer.boxes.device.type for answer in found} == {device}
    assert 0 <= mean_average_precision(found, scenes.objects).mean <= 1
