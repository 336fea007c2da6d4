"""Digits on a canvas. Oracle: what the docstrings promise, checked pixel by pixel."""

import pytest
import torch

from course_lib.applications.detection import box_iou, digit_scenes, place_digits
from course_lib.data import load, split_off


@pytest.fixture(scope="module")
def scenes():
    return digit_scenes("train", 40)


def test_canvases_hold_one_to_four_digits_of_all_classes(scenes):
    assert scenes.images.shape == (40, 1, 64, 64)
    assert scenes.images.dtype == torch.uint8
    counts = [len(truth.labels) for truth in scenes.objects]
    assert set(counts) == {1, 2, 3, 4}
    assert set(torch.cat([truth.labels for truth in scenes.objects]).tolist()) == set(range(10))


def test_boxes_are_tight_and_hold_all_the_ink(scenes):
    for image, truth in zip(scenes.images[:, 0], scenes.objects, strict=True):
        outside = image.clone()
        for x1, y1, x2, y2 in truth.boxes.int().tolist():
            ink = image[y1:y2, x1:x2] >= 64
            for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]):
                assert edge.any()
            outside[y1:y2, x1:x2] = 0
        assert not outside.any()


def test_boxes_keep_a_pixel_of_distance(scenes):
    for truth in scenes.objects:
        wider = truth.boxes + torch.tensor([0, 0, 1, 1])
        assert torch.equal(box_iou(wider, wider) > 0, torch.eye(len(wider)).bool())
        assert truth.boxes.min() >= 0
        assert truth.boxes.max() <= 64


def test_digits_come_in_several_sizes(scenes):
    heights = torch.cat([truth.boxes[:, 3] - truth.boxes[:, 1] for truth in scenes.objects])
    # MNIST's ink is 20 pixels high or wide, and enlarged by 0.7, 1.0 or 1.4.
    for low, high in ((10, 16), (18, 22), (26, 30)):
        assert ((heights > low) & (heights < high)).any()


def test_a_canvas_depends_on_the_seed_and_its_number_alone(scenes):
    fewer, other = digit_scenes("train", 5), digit_scenes("train", 5, seed=1)
    assert torch.equal(fewer.images, scenes.images[:5])
    for mine, theirs in zip(fewer.objects, scenes.objects[:5], strict=True):
        assert torch.equal(mine.boxes, theirs.boxes)
        assert torch.equal(mine.labels, theirs.labels)
    assert not any(map(torch.equal, fewer.images, other.images))
    assert not any(map(torch.equal, fewer.images, fewer.images.roll(1, dims=0)))


def test_the_splits_place_their_digits_differently():
    first, *others = (digit_scenes(split, 60) for split in ("train", "validation", "test"))
    for other in others:
        alike = [
            len(mine.labels) == len(theirs.labels)
            and float(box_iou(mine.boxes, theirs.boxes).diagonal().min()) > 0.5
            for mine, theirs in zip(first.objects, other.objects, strict=True)
        ]
        assert sum(alike) < 6  # by chance now and then a single digit stands where another stood


def _cut_outs(split):
    scenes = digit_scenes(split, 150, scales=(1.0,))
    return {
        bytes(image[y1:y2, x1:x2].flatten().tolist())
        for image, truth in zip(scenes.images[:, 0], scenes.objects, strict=True)
        for x1, y1, x2, y2 in truth.boxes.int().tolist()
    }


def _tight(digits):
    """The cut-outs that these digits give at scale 1: their ink, 64 and above, and its box."""
    found = set()
    for digit in digits[:, 0]:
        y, x = (digit >= 64).nonzero(as_tuple=True)
        found.add(bytes(digit[y.min() : y.max() + 1, x.min() : x.max() + 1].flatten().tolist()))
    return found


def test_no_digit_is_in_two_splits():
    (train, _), (validation, _) = split_off(*load("mnist_5k", "train"), 800, seed=0)
    wanted = {"train": train, "validation": validation, "test": load("mnist_5k", "test")[0]}
    for split, digits in wanted.items():
        assert _cut_outs(split) <= _tight(digits)
    for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
        assert not _tight(wanted[one]) & _tight(wanted[other])


INK = torch.full((2, 1, 6, 6), 200, dtype=torch.uint8)
LABELS = torch.tensor([4, 7])


def test_any_pictures_can_be_placed():
    scenes = place_digits(INK, LABELS, 30, size=12, scales=(1.0, 2.0), most=3)
    sides = {tuple((box[2:] - box[:2]).tolist()) for truth in scenes.objects for box in truth.boxes}
    assert sides == {(6, 6), (12, 12)}
    assert {label for truth in scenes.objects for label in truth.labels.tolist()} == {4, 7}
    assert max(len(truth.labels) for truth in scenes.objects) <= 3


def test_a_canvas_has_64_pixels_unless_told_otherwise():
    assert place_digits(INK, LABELS, 1).images.shape == (1, 1, 64, 64)
    assert digit_scenes("test", 1, size=48).images.shape == (1, 1, 48, 48)


def test_where_there_is_no_room_a_digit_is_left_out():
    scenes = place_digits(INK, LABELS, 20, size=7, scales=(1.0,), most=4)
    assert [len(truth.labels) for truth in scenes.objects] == [1] * 20
    corners = torch.cat([truth.boxes[:, :2] for truth in scenes.objects])
    assert set(map(tuple, corners.tolist())) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_boxes_a_pixel_apart_are_allowed():
    """Two columns of 3 with one between them fill a canvas of 7: now and then both find it."""
    thin = torch.full((1, 1, 7, 3), 255, dtype=torch.uint8)
    scenes = place_digits(thin, LABELS[:1], 30, size=7, scales=(1.0,), most=2)
    pairs = [truth.boxes[:, 0].sort().values.tolist() for truth in scenes.objects]
    assert [0, 4] in pairs
    assert all(pair == [0, 4] for pair in pairs if len(pair) == 2)


def test_ink_begins_at_a_quarter_of_full_black():
    faint = torch.zeros(1, 1, 5, 5, dtype=torch.uint8)
    faint[0, 0, 1, 1:4] = torch.tensor([63, 64, 255], dtype=torch.uint8)
    scenes = place_digits(faint, LABELS[:1], 1, size=9, scales=(1.0,), most=1)
    (box,) = scenes.objects[0].boxes.int().tolist()
    assert (box[2] - box[0], box[3] - box[1]) == (2, 1)


MISTAKES = {
    "no canvases": ({"num": 0}, "num is 0, most 4, and there are 2 digits"),
    "no digit on any": ({"most": 0}, "num is 1, most 0"),
    "no digits": ({"digits": INK[:0], "labels": LABELS[:0]}, "there are 0 digits"),
    "too small a canvas": (
        {"size": 11},
        r"size is 11: a digit of \(6, 6\) enlarged .*\(1.0, 2.0\)",
    ),
    "scale 0": ({"scales": (0.0,)}, "scales must be above 0"),
    "no ink": ({"digits": INK // 4}, "digits has an image without ink: no pixel of it reaches 64"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    changes, message = MISTAKES[mistake]
    given = {"digits": INK, "labels": LABELS, "num": 1, "size": 12, "scales": (1.0, 2.0)} | changes
    with pytest.raises(ValueError, match=message):
        place_digits(**given)


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match="split is 'val'; choose 'train', 'validation' or 'test'"):
        digit_scenes("val", 1)
