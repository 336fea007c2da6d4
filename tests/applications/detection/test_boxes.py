"""Boxes. Oracle: torchvision.ops, values by hand."""

import itertools

import pytest
import torch
import torchvision.ops as oracle

from course_lib.applications.detection import (
    box_area,
    box_convert,
    clip_boxes_to_image,
    inside_image,
    remove_small_boxes,
    require_boxes,
)

FORMATS = ("xyxy", "xywh", "cxcywh")


@pytest.mark.parametrize(("source", "target"), list(itertools.product(FORMATS, FORMATS)))
@pytest.mark.parametrize("num", [0, 1, 50])
def test_formats_equal_torchvision(random_boxes, source, target, num):
    boxes = oracle.box_convert(random_boxes(num, dtype=torch.float64), "xyxy", source)
    converted = box_convert(boxes, source, target)
    assert torch.equal(converted, oracle.box_convert(boxes, source, target))
    assert torch.equal(box_convert(converted, target, source), boxes)


def test_one_box_written_in_three_ways():
    corners = torch.tensor([[2.0, 1.0, 8.0, 5.0]])
    assert box_convert(corners, "xyxy", "xywh").tolist() == [[2, 1, 6, 4]]
    assert box_convert(corners, "xyxy", "cxcywh").tolist() == [[5, 3, 6, 4]]
    assert box_convert(torch.tensor([[5.0, 3, 6, 4]]), "cxcywh", "xywh").tolist() == [[2, 1, 6, 4]]


@pytest.mark.parametrize("num", [0, 40])
def test_areas_equal_torchvision(random_boxes, num):
    boxes = random_boxes(num)
    assert torch.equal(box_area(boxes), oracle.box_area(boxes))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_areas_of_half_precision_equal_torchvision(random_boxes, dtype):
    square = torch.tensor([[0, 0, 304, 304]], dtype=dtype)
    boxes = torch.cat([16 * random_boxes(40, dtype=dtype), square])
    areas = box_area(boxes)
    assert areas.dtype == torch.float32
    assert torch.equal(areas, oracle.box_area(boxes))
    assert areas[-1] == 304 * 304


def test_edges_lie_between_pixels():
    boxes = torch.tensor([[0.0, 0, 1, 1], [2, 1, 8, 5], [3, 3, 3, 9]])
    assert box_area(boxes).tolist() == [1, 24, 0]


def test_boxes_are_cut_at_each_edge():
    boxes = torch.tensor([[-3.0, -2, 9, 8], [5, 1, 6, 2], [-9, 3, -4, 5], [8, 9, 12, 13]])
    wanted = [[0, 0, 7, 4], [5, 1, 6, 2], [0, 3, 0, 4], [7, 4, 7, 4]]
    assert clip_boxes_to_image(boxes, (4, 7)).tolist() == wanted
    assert torch.equal(
        clip_boxes_to_image(boxes, (4, 7)), oracle.clip_boxes_to_image(boxes, (4, 7))
    )


def test_boxes_of_each_class_are_cut_alike():
    boxes = torch.tensor([[-3.0, -2, 9, 8], [5, 1, 6, 2]])[:, None].expand(2, 3, 4)
    clipped = clip_boxes_to_image(boxes, (4, 7))
    assert clipped.shape == (2, 3, 4)
    assert clipped[:, 2].tolist() == [[0, 0, 7, 4], [5, 1, 6, 2]]


@pytest.mark.parametrize("num", [0, 60])
@pytest.mark.parametrize("min_size", [0.0, 1.0, 7.0])
def test_small_boxes_are_found_as_torchvision_finds_them(random_boxes, num, min_size):
    boxes = random_boxes(num)
    kept = remove_small_boxes(boxes, min_size)
    assert torch.equal(kept, oracle.remove_small_boxes(boxes, min_size))


def test_a_box_may_touch_the_edge_of_its_image():
    boxes = torch.tensor([[0.0, 0, 7, 4], [-1, 0, 7, 4], [0, -1, 7, 4], [0, 0, 8, 4], [0, 0, 7, 5]])
    assert inside_image(boxes, (4, 7)).tolist() == [True, False, False, False, False]


BAD_BOXES = {
    "right of left": (torch.tensor([[0.0, 0, 1, 1], [5, 0, 4, 1]]), r"\[1\] is \[5.0, 0.0, 4.0, 1"),
    "bottom over top": (torch.tensor([[0.0, 3, 1, 1]]), r"x1 <= x2 and y1 <= y2.*box_convert"),
    "not a number": (torch.tensor([[0.0, torch.nan, 1, 1]]), r"\[0\] is \[0.0, nan, 1.0, 1.0\]"),
    "infinite": (torch.tensor([[0.0, 0, torch.inf, 1]]), "finite numbers"),
    "three numbers": (torch.zeros(2, 3), r"must be \(n, 4\), not \(2, 3\); no boxes are \(0, 4\)"),
    "no list": (torch.zeros(4), r"must be \(n, 4\), not \(4,\)"),
    "whole numbers": (
        torch.zeros(2, 4, dtype=torch.int64),
        r"torch.int64; make it found.float\(\)",
    ),
}


@pytest.mark.parametrize("mistake", BAD_BOXES)
def test_malformed_boxes_are_named(mistake):
    boxes, message = BAD_BOXES[mistake]
    with pytest.raises(ValueError, match=f"found.*{message}"):
        require_boxes("found", boxes)


def test_points_and_lines_and_nothing_are_boxes():
    require_boxes("found", torch.tensor([[1.0, 2, 1, 2], [1, 2, 5, 2]]))
    require_boxes("found", torch.empty(0, 4))


def test_a_box_with_a_negative_width_is_not_converted():
    with pytest.raises(ValueError, match=r"boxes \(from xywh to xyxy\)\[0\] is \[4.0, 1.0, 2.0"):
        box_convert(torch.tensor([[4.0, 1, -2, 1]]), "xywh", "cxcywh")
    with pytest.raises(ValueError, match=r"boxes\[0\]"):
        box_area(torch.tensor([[4.0, 1, 2, 1]]))


def test_an_unknown_format_is_named():
    with pytest.raises(ValueError, match="in_fmt is 'yxyx'; the formats are xyxy, xywh, cxcywh"):
        box_convert(torch.zeros(1, 4), "yxyx", "xyxy")
    with pytest.raises(ValueError, match="out_fmt is 'corners'"):
        box_convert(torch.zeros(1, 4), "xyxy", "corners")
