"""Regions to learn from and the multi-task loss. Oracle: the papers' formulas by hand."""

import math

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    RegionSample,
    multi_task_loss,
    region_detections,
    sample_regions,
)

TRUTH = Objects(torch.tensor([[0.0, 0, 10, 10], [20, 0, 30, 10]]), torch.tensor([4, 1]))
NOTHING = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))
FAR = torch.tensor([[40.0, 40, 50, 50], [41, 41, 50, 50], [45, 40, 60, 60]])


def test_labels_and_offsets_of_one_image():
    near = torch.tensor([[20.0, 0, 30, 8], [0, 0, 10, 4.5]])  # overlaps of 0.8 and 0.45
    sample = sample_regions([torch.cat([near, FAR])], [TRUTH], 5, num=100, positive_share=0.5)
    (boxes,) = sample.boxes
    rows = {tuple(box): i for i, box in enumerate(boxes.tolist())}
    assert len(rows) == 7  # five proposals, and the two objects themselves
    labels = {box: int(sample.labels[i]) for box, i in rows.items()}
    assert labels[0, 0, 10, 10] == 4
    assert labels[20, 0, 30, 10] == labels[20, 0, 30, 8] == 1
    assert labels[0, 0, 10, 4.5] == 5  # the background
    # From a center (25, 4) and 10 x 8 to (25, 5) and 10 x 10, in tenths and fifths.
    wanted = [0, (5 - 4) / 8 / 0.1, 0, math.log(10 / 8) / 0.2]
    assert sample.offsets[rows[20, 0, 30, 8]].tolist() == pytest.approx(wanted)
    background = sample.labels == 5
    assert not sample.offsets[background].any()
    assert not sample.offsets[rows[0, 0, 10, 10]].any()


def test_a_quarter_is_on_objects_and_images_follow_one_another():
    crowd = TRUTH.boxes.repeat(10, 1), FAR.repeat(10, 1)
    sample = sample_regions([torch.cat(crowd), FAR, FAR], [TRUTH, NOTHING, TRUTH], 5, num=8)
    assert [len(boxes) for boxes in sample.boxes] == [8, 3, 5]
    on_object = [part < 5 for part in sample.labels.split([8, 3, 5])]
    assert [int(part.sum()) for part in on_object] == [2, 0, 2]
    default = sample_regions([torch.cat(crowd)], [TRUTH], 5)
    assert (len(default.labels), int((default.labels < 5).sum())) == (32, 8)


def test_the_generator_decides():
    def draw(seed):
        generator = torch.Generator().manual_seed(seed)
        boxes = torch.rand(200, 2).sort(dim=0).values
        boxes = torch.cat([boxes, boxes + 30], dim=1)
        return sample_regions([boxes], [NOTHING], 5, generator=generator).boxes[0]

    torch.manual_seed(0)
    first = draw(1)
    torch.manual_seed(0)
    again = draw(1)
    torch.manual_seed(0)
    assert torch.equal(first, again)
    assert not torch.equal(first, draw(2))


def test_nothing_to_learn_from():
    sample = sample_regions([NOTHING.boxes], [NOTHING], 5)
    assert (sample.labels.shape, sample.offsets.shape) == ((0,), (0, 4))
    scores, offsets = torch.empty(0, 6, requires_grad=True), torch.empty(0, 5, 4)
    losses = multi_task_loss(scores, offsets, sample)
    assert {name: loss.item() for name, loss in losses.items()} == {"class": 0, "box": 0}


def test_unknown_classes_are_named():
    with pytest.raises(ValueError, match="label 4; this detector has 4 classes, 0 to 3"):
        sample_regions([FAR, FAR], [NOTHING, TRUTH], 4)


def test_the_loss_by_hand():
    """Two classes; a region on class 1, one on class 0, two of background."""
    labels = torch.tensor([1, 0, 2, 2])
    wanted = torch.tensor([[0.5, 0, 0, 0], [0, 0, 3.0, 0], [9, 9, 9, 9], [9, 9, 9, 9]])
    sample = RegionSample((torch.zeros(4, 4),), labels, wanted)
    scores = torch.tensor([[0, math.log(2), 0], [0, 0, 0], [0, 0, 0], [0, 0, math.log(8)]])
    offsets = torch.full((4, 2, 4), 7.0)  # what no one asked for costs nothing
    offsets[0, 1] = offsets[1, 0] = 0
    losses = multi_task_loss(scores, offsets, sample)
    surprise = math.log(4 / 2) + 2 * math.log(3) + math.log(10 / 8)
    assert losses["class"].item() == pytest.approx(surprise / 4, rel=1e-5)
    smooth = 0.5**2 / 2 + (3 - 0.5)  # a parabola below 1, a line above
    assert losses["box"].item() == pytest.approx(smooth / 4)


def test_detections_of_two_images_and_of_one_without_regions():
    regions = (torch.tensor([[0.0, 0, 10, 10]]), NOTHING.boxes, TRUTH.boxes[1:] + 5)
    sure = math.log(98)  # of two classes and the background: 0.98, 0.01, 0.01
    scores = torch.tensor([[sure, 0, 0], [0, sure, 0]])
    offsets = torch.zeros(2, 2, 4)
    offsets[1, 1] = torch.tensor([10.0, 0, 0, math.log(2) / 0.2])  # one width right, twice as high
    first, empty, second = region_detections(scores, offsets, regions, (40, 60))
    assert (first.labels.tolist(), first.boxes.tolist()) == ([0], [[0, 0, 10, 10]])
    assert first.scores.tolist() == pytest.approx([0.98])
    assert len(empty.boxes) == 0
    assert second.labels.tolist() == [1]
    assert second.boxes[0].tolist() == pytest.approx([35, 0, 45, 20], abs=1e-4)


def test_the_background_is_no_detection():
    scores = torch.tensor([[0.0, 0, 9]])
    (found,) = region_detections(scores, torch.zeros(1, 2, 4), (FAR[:1],), (64, 64))
    assert len(found.boxes) == 0
