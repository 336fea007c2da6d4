"""Selective search. Oracle: pictures with known objects, the algorithm in its plainest form."""

import numpy as np
import pytest
import torch

from course_lib.applications.detection import (
    Region,
    digit_scenes,
    group_regions,
    num_sliding_windows,
    proposal_recall,
    selective_search,
    similarity,
    with_proposals,
)
from course_lib.applications.detection.selective_search import _neighbors

COLORS = ((200, 30, 30), (30, 200, 30), (30, 30, 200))
SQUARES = ((4, 4, 16, 16), (20, 8, 36, 24), (10, 30, 34, 44))


@pytest.fixture(scope="module")
def picture():
    """Three rectangles of three colors on gray."""
    image = torch.full((3, 48, 48), 128, dtype=torch.uint8)
    for (x1, y1, x2, y2), color in zip(SQUARES, COLORS, strict=True):
        image[:, y1:y2, x1:x2] = torch.tensor(color, dtype=torch.uint8)[:, None, None]
    return image


def test_every_object_of_one_color_is_proposed(picture):
    boxes = {tuple(box) for box in selective_search(picture).int().tolist()}
    assert set(SQUARES) <= boxes
    assert (0, 0, 48, 48) in boxes


def test_an_object_of_two_colors_is_proposed_as_a_whole():
    """Neither part is the object. They are joined first, because they fill their box."""
    image = torch.full((3, 40, 40), 255, dtype=torch.uint8)
    image[:, 10:18, 10:26] = 0
    image[:, 18:26, 10:26] = 100
    found = selective_search(image, sigma=0.0, measures=("size", "fill"))
    boxes = {tuple(box) for box in found.int().tolist()}
    assert {(10, 10, 26, 18), (10, 18, 26, 26), (10, 10, 26, 26)} <= boxes


def test_every_box_comes_once_and_the_largest_region_first(picture):
    boxes = selective_search(picture)
    assert len(set(map(tuple, boxes.tolist()))) == len(boxes)
    assert boxes[0].tolist() == [0, 0, 48, 48]
    assert boxes.dtype == torch.float32


def test_gray_pictures_and_blank_ones(picture):
    gray = picture[:1]
    boxes = {tuple(box) for box in selective_search(gray).int().tolist()}
    assert SQUARES[0] in boxes
    blank = torch.zeros(1, 9, 7, dtype=torch.uint8)
    assert selective_search(blank).tolist() == [[0, 0, 7, 9]]


def test_a_larger_scale_gives_fewer_boxes():
    (image,) = digit_scenes("train", 1).images
    few, many = (len(selective_search(image, scale=scale)) for scale in (400.0, 20.0))
    assert few < many
    few, many = (len(selective_search(image, min_size=size)) for size in (40, 5))
    assert few < many


def test_digits_are_found_by_a_few_boxes():
    """The paper's point: high recall from far fewer boxes than windows."""
    scenes = with_proposals(digit_scenes("validation", 40), selective_search)
    assert proposal_recall(scenes.proposals, scenes.objects, 0.5) > 0.95
    num_windows = num_sliding_windows((64, 64), 20, 4, (0.7, 1.0, 1.4), (1.0, 2.0))
    assert sum(map(len, scenes.proposals)) / 40 < num_windows / 10


def _random_regions(num):
    noise = np.random.RandomState(num)
    corners = noise.randint(10, size=(num, 4)) + np.array([0, 0, 10, 10])
    return [
        Region(
            int(noise.randint(1, 30)), tuple(map(int, box)), noise.dirichlet([1] * 4), np.ones(1)
        )
        for box in corners
    ]


def _joined_step_by_step(regions, neighbors, image_size):
    """Algorithm 1 with nothing remembered: compare all pairs of regions that are left."""
    alive = {index: {index} for index in range(len(regions))}
    regions = list(regions)

    def touch(one, other):
        return any((i, j) in neighbors or (j, i) in neighbors for i in one for j in other)

    while True:
        pairs = [
            (similarity(regions[i], regions[j], image_size), i, j)
            for i in alive
            for j in alive
            if i < j and touch(alive[i], alive[j])
        ]
        if not pairs:
            return regions
        _, i, j = max(pairs)
        regions.append(regions[i].merged_with(regions[j]))
        alive[len(regions) - 1] = alive.pop(i) | alive.pop(j)


@pytest.mark.parametrize("num", [1, 2, 5, 12])
def test_grouping_equals_the_plainest_form(num):
    regions = _random_regions(num)
    chain = {(i, i + 1) for i in range(num - 1)}
    neighbors = chain | {(i, i + 3) for i in range(0, num - 3, 2)}
    found = group_regions(regions, neighbors, 1000)
    wanted = _joined_step_by_step(regions, neighbors, 1000)
    assert len(found) == 2 * num - 1
    assert [(r.size, r.box) for r in found] == [(r.size, r.box) for r in wanted]


def test_the_measures_decide_who_is_joined_first():
    colors = np.eye(2)
    small = Region(2, (0, 0, 1, 2), colors[0], np.ones(1))
    other = Region(2, (1, 0, 2, 2), colors[1], np.ones(1))
    alike = Region(40, (2, 0, 22, 2), colors[1], np.ones(1))
    neighbors = {(0, 1), (1, 2)}
    by_size = group_regions([small, other, alike], neighbors, 44, ("size",))
    by_color = group_regions([small, other, alike], neighbors, 44, ("color",))
    assert (by_size[3].size, by_color[3].size) == (4, 42)


def test_regions_that_do_not_touch_are_not_joined():
    regions = _random_regions(4)
    assert len(group_regions(regions, {(0, 1), (2, 3)}, 1000)) == 6
    assert group_regions(regions, set(), 1000) == regions


def test_neighbors_share_an_edge_not_a_corner():
    segments = np.array([[0, 0, 1], [2, 3, 3], [2, 3, 4]])
    assert _neighbors(segments) == {(0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (3, 4)}


@pytest.mark.parametrize("measures", [(), ("color", "shape")])
def test_unknown_measures_are_named(picture, measures):
    with pytest.raises(ValueError, match=r"measures is .*choose one or more of .*'color'"):
        selective_search(picture, measures=measures)
