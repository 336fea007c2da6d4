"""From scores to detections. Oracle: by hand."""

import pytest
import torch

from course_lib.applications.detection import Detections, select_detections

SIZE = (20, 30)


def _same_boxes(*boxes, num_classes=2):
    return torch.tensor(boxes)[:, None].expand(-1, num_classes, 4)


def test_threshold_then_suppression_class_by_class():
    boxes = _same_boxes([0.0, 0, 10, 10], [0.0, 0, 10, 9], [15.0, 0, 25, 10])
    scores = torch.tensor([[0.6, 0.3], [0.7, 0.04], [0.05, 0.9]])
    found = select_detections(boxes, scores, SIZE)
    # The second suppresses the first in class 0; in class 1 its score is too low to speak.
    assert found.labels.tolist() == [1, 0, 1, 0]
    assert found.scores.tolist() == pytest.approx([0.9, 0.7, 0.3, 0.05])
    assert found.boxes.tolist() == [boxes[i, 0].tolist() for i in (2, 1, 0, 2)]
    assert len(select_detections(boxes, scores, SIZE, iou_threshold=0.9).labels) == 5
    assert len(select_detections(boxes, scores, SIZE, score_threshold=0.5).labels) == 2


def test_at_most_so_many_and_the_best_of_them():
    boxes = _same_boxes(*([float(x), 0, x + 1, 9] for x in range(20)), num_classes=1)
    scores = torch.rand(20, 1)
    found = select_detections(boxes, scores, SIZE, 0.0, most=7)
    assert found.scores.tolist() == scores[:, 0].sort(descending=True).values[:7].tolist()


def test_boxes_are_cut_to_the_image_and_slivers_dropped():
    boxes = _same_boxes(
        [-5.0, -5, 40, 40], [40.0, 2, 50, 9], [3.0, 3, 3.9, 9], [4.0, 4, 5, 5], num_classes=1
    )
    found = select_detections(boxes, torch.tensor([[0.9], [0.8], [0.7], [0.6]]), SIZE)
    assert found.boxes.tolist() == [[0, 0, 30, 20], [4, 4, 5, 5]]


def test_every_class_has_its_own_boxes():
    boxes = torch.tensor([[[0.0, 0, 5, 5], [10, 10, 15, 15]]])
    found = select_detections(boxes, torch.tensor([[0.2, 0.9]]), SIZE)
    assert found.boxes.tolist() == [[10, 10, 15, 15], [0, 0, 5, 5]]


def test_no_regions_give_no_detections():
    found = select_detections(torch.empty(0, 3, 4), torch.empty(0, 3), SIZE)
    assert (found.boxes.shape, found.scores.shape, found.labels.shape) == ((0, 4), (0,), (0,))
    assert found.labels.dtype == torch.int64


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument():
    boxes, ones = torch.tensor([[0.0, 0, 1, 1]]), torch.ones(1)
    with pytest.raises(ValueError, match=r"scores has shape \(0,\); 1 boxes need one each"):
        Detections(boxes, ones[:0], ones.long())
    with pytest.raises(ValueError, match=r"labels has shape \(2,\)"):
        Detections(boxes, ones, torch.ones(2).long())
    with pytest.raises(ValueError, match=r"boxes\[0\]"):
        Detections(-boxes, ones, ones.long())
