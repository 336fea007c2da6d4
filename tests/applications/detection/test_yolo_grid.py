"""YOLO's grid. Oracle: by hand; targets and boxes as each other's inverse."""

import pytest
import torch

from course_lib.applications.detection import Objects, grid_boxes, grid_targets, take_apart

NOTHING = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))


def test_one_object_by_hand():
    # A 40 x 40 image, 4 x 4 cells of 10. Center (23, 15): cell x 2, y 1, at 0.3 and 0.5 of it.
    truth = Objects(torch.tensor([[18.0, 5, 28, 25]]), torch.tensor([7]))
    targets = grid_targets([NOTHING, truth], 4, (40, 40))
    assert targets.occupied.nonzero().tolist() == [[1, 1, 2]]
    assert targets.boxes[1, 1, 2].tolist() == pytest.approx([0.3, 0.5, 10 / 40, 20 / 40], abs=1e-6)
    assert targets.labels[1, 1, 2] == 7
    assert targets.boxes.count_nonzero() == 4
    assert targets.labels.count_nonzero() == 1


def test_an_object_on_the_last_edge_belongs_to_the_last_cell():
    point = Objects(torch.tensor([[40.0, 40, 40, 40]]), torch.tensor([0]))
    targets = grid_targets([point], 4, (40, 40))
    assert targets.occupied.nonzero().tolist() == [[0, 3, 3]]
    assert targets.boxes[0, 3, 3].tolist() == [1, 1, 0, 0]


def test_of_two_centers_in_a_cell_the_first_is_kept():
    boxes = torch.tensor([[0.0, 0, 8, 8], [0, 0, 10, 10], [30, 0, 40, 8]])
    targets = grid_targets([Objects(boxes, torch.tensor([2, 3, 4]))], 4, (40, 40))
    assert targets.labels[targets.occupied].tolist() == [2, 4]
    assert targets.boxes[0, 0, 0].tolist() == pytest.approx([0.4, 0.4, 0.2, 0.2])


def test_no_objects_occupy_nothing():
    assert not grid_targets([NOTHING, NOTHING], 3, (30, 30)).occupied.any()


def test_the_numbers_of_a_cell_are_boxes_then_classes():
    output = torch.arange(2 * 3 * 3 * 13).view(2, 3, 3, 13).float()
    answers = take_apart(output, num_boxes=2)
    cell = (1, 2, 0)
    first = int(output[cell][0])
    assert answers.boxes[cell].tolist() == [
        [first + i for i in row] for row in (range(4), range(5, 9))
    ]
    assert answers.confidences[cell].tolist() == [first + 4, first + 9]
    assert answers.classes[cell].tolist() == [first + 10, first + 11, first + 12]


def test_boxes_by_hand():
    """Cell x 2, y 1 of 4 x 4 on an image of 40 high and 80 wide."""
    answers = torch.zeros(1, 4, 4, 2, 4)
    answers[0, 1, 2, 1] = torch.tensor([0.5, 0.25, 0.5, 0.8])
    boxes = grid_boxes(answers, (40, 80))
    # Center 2.5/4 of 80 and 1.25/4 of 40; a quarter of 80 wide, 0.64 of 40 high.
    wanted = [50 - 10, 12.5 - 12.8, 50 + 10, 12.5 + 12.8]
    assert boxes[0, 1, 2, 1].tolist() == pytest.approx(wanted, abs=1e-5)
    assert boxes[0, 3, 0, 0].tolist() == [0, 30, 0, 30]


def test_boxes_are_the_inverse_of_targets(two_canvases):
    targets = grid_targets(two_canvases.objects, 8, (64, 64))
    roots = torch.cat([targets.boxes[..., :2], targets.boxes[..., 2:].sqrt()], dim=-1)
    boxes = grid_boxes(roots[..., None, :], (64, 64))[..., 0, :]
    for image, truth in enumerate(two_canvases.objects):
        found = boxes[image][targets.occupied[image]]
        order = [sorted(map(tuple, rows.round().int().tolist())) for rows in (found, truth.boxes)]
        assert order[0] == order[1]


def test_a_negative_root_is_a_box_all_the_same():
    answers = torch.tensor([[[[[0.5, 0.5, -0.5, -0.1]]]]])
    boxes = grid_boxes(answers, (10, 10))
    assert (boxes[..., 2:] >= boxes[..., :2]).all()
