"""Matching and sampling. Oracle: by hand, torchvision's Matcher, the rules in plain loops."""

import pytest
import torch
from torchvision.models.detection._utils import Matcher

from course_lib.applications.detection import (
    BACKGROUND,
    IGNORED,
    box_iou,
    match_boxes,
    sample_matches,
)

OBJECT = torch.tensor([[0.0, 0, 10, 1]])


def test_thresholds_by_hand():
    """A box of width w inside an object of width 10 overlaps it by w / 10."""
    boxes = torch.tensor([[0.0, 0, width, 1] for width in (10, 7, 5, 3, 2, 0)])
    boxes = torch.cat([boxes, torch.tensor([[20.0, 0, 30, 1]])])
    found = match_boxes(boxes.double(), OBJECT.double(), 0.7, 0.3)
    assert found.tolist() == [0, 0, IGNORED, IGNORED, *[BACKGROUND] * 3]
    found = match_boxes(boxes.double(), OBJECT.double())
    assert found.tolist() == [0, 0, 0, *[BACKGROUND] * 4]


@pytest.mark.parametrize("positive", [0.3, 0.5, 0.7])
def test_equals_torchvision(random_boxes, positive):
    for _ in range(20):
        boxes, objects = random_boxes(40), random_boxes(5)
        overlap = box_iou(objects, boxes)
        # Its two special numbers are ours, with their roles the same.
        wanted = Matcher(positive, 0.3)(overlap)
        assert (Matcher.BELOW_LOW_THRESHOLD, Matcher.BETWEEN_THRESHOLDS) == (BACKGROUND, IGNORED)
        assert torch.equal(match_boxes(boxes, objects, positive, 0.3), wanted)


def test_the_best_boxes_of_an_object_are_its_own(random_boxes):
    for _ in range(30):
        boxes, objects = random_boxes(30), random_boxes(4)
        overlap = box_iou(boxes, objects)
        found = match_boxes(boxes, objects, 0.7, 0.3, keep_best=True).tolist()
        without = match_boxes(boxes, objects, 0.7, 0.3).tolist()
        for i in range(30):
            best_of = [
                j for j in range(4) if overlap[i, j] > 0 and overlap[i, j] == overlap[:, j].max()
            ]
            if best_of:
                assert overlap[i, found[i]] == max(overlap[i, j] for j in best_of)
                assert found[i] in best_of
            else:
                assert found[i] == without[i]


def test_a_best_box_goes_to_the_object_that_needs_it():
    """It overlaps the first object more, but the second one has no other box."""
    objects = torch.tensor([[0.0, 0, 10, 1], [9, 0, 13, 1]])
    boxes = torch.tensor([[0.0, 0, 10, 1], [1, 0, 11, 1]])
    assert match_boxes(boxes, objects).tolist() == [0, 0]
    assert match_boxes(boxes, objects, keep_best=True).tolist() == [0, 1]


def test_an_object_that_nothing_touches_gets_nothing():
    boxes = torch.tensor([[50.0, 50, 60, 60], [0, 0, 1, 1]])
    far = torch.tensor([[20.0, 20, 30, 30]])
    assert match_boxes(boxes, far, 0.7, 0.3, keep_best=True).tolist() == [BACKGROUND] * 2
    assert match_boxes(boxes, far, 0.0, 0.0).tolist() == [IGNORED] * 2


@pytest.mark.parametrize("keep_best", [False, True])
def test_without_objects_all_is_background(random_boxes, keep_best):
    nothing = torch.empty(0, 4)
    found = match_boxes(random_boxes(3), nothing, keep_best=keep_best)
    assert found.tolist() == [BACKGROUND] * 3
    found = match_boxes(nothing, random_boxes(3), keep_best=keep_best)
    assert found.tolist() == []
    assert found.dtype == torch.int64


@pytest.mark.parametrize(("positive", "negative"), [(0.3, 0.7), (1.1, 0.3), (0.5, -0.1)])
def test_thresholds_out_of_order_are_named(positive, negative):
    with pytest.raises(ValueError, match=f"positive is {positive} and negative {negative}; 0 <="):
        match_boxes(OBJECT, OBJECT, positive, negative)


MATCHES = torch.tensor([3, BACKGROUND, IGNORED, 0, BACKGROUND, 1, IGNORED, BACKGROUND, 0])


@pytest.mark.parametrize(
    ("num", "share", "positives", "background"),
    [
        (4, 0.5, 2, 2),
        (4, 0.25, 1, 3),
        (9, 0.5, 4, 3),
        (2, 1.0, 2, 0),
        (6, 0.0, 0, 3),
        (7, 0.5, 3, 3),
    ],
)
def test_positives_first_and_background_to_fill_up(num, share, positives, background):
    chosen = sample_matches(MATCHES, num, share)
    assert len(set(chosen.tolist())) == len(chosen)
    drawn = MATCHES[chosen]
    assert (drawn[:positives] >= 0).all()
    assert (drawn[positives:] == BACKGROUND).all()
    assert len(drawn) == positives + background


def test_every_positive_is_drawn_as_often():
    counts = torch.zeros(9)
    for _ in range(2000):
        counts[sample_matches(MATCHES, 4, 0.25)] += 1
    wanted = torch.tensor([500.0, 2000, 0, 500, 2000, 500, 0, 2000, 500])
    # One in four, 2000 times: a standard deviation of 19.
    assert (counts - wanted).abs().max() < 100


def test_the_generator_decides():
    matches = torch.zeros(100, dtype=torch.int64)
    draws = [
        sample_matches(matches, 10, 1.0, torch.Generator().manual_seed(seed)).tolist()
        for seed in (1, 1, 2)
    ]
    assert draws[0] == draws[1] != draws[2]


def test_nothing_to_draw_from():
    nothing = torch.empty(0, dtype=torch.int64)
    assert sample_matches(nothing, 5, 0.5).tolist() == []


@pytest.mark.parametrize(("num", "share"), [(0, 0.5), (4, 1.5), (4, -0.5)])
def test_bad_counts_are_named(num, share):
    with pytest.raises(ValueError, match=rf"num is {num} .*positive_share {share}"):
        sample_matches(MATCHES, num, share)
