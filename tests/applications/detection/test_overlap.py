"""Intersection over union. Oracle: torchvision, pixels counted one by one, values by hand."""

import pytest
import torch
import torchvision.ops as oracle

from course_lib.applications.detection import box_iou


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (4, 0), (1, 1), (40, 30)])
def test_equals_torchvision(random_boxes, n, m):
    boxes1, boxes2 = random_boxes(n), random_boxes(m)
    # torchvision gives NaN for two boxes without area.
    wanted = oracle.box_iou(boxes1, boxes2).nan_to_num(0)
    torch.testing.assert_close(box_iou(boxes1, boxes2), wanted, rtol=0, atol=0)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_equals_torchvision(random_boxes, dtype):
    """Edges up to 304, all of them exact in both; a square of 304 is too large for float16."""
    boxes1, boxes2 = 16 * random_boxes(20, dtype=dtype), 16 * random_boxes(30, dtype=dtype)
    found = box_iou(boxes1, boxes2)
    assert found.dtype == torch.float32
    wanted = oracle.box_iou(boxes1, boxes2).nan_to_num(0)
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)
    square = torch.tensor([[0, 0, 304, 304]], dtype=dtype)
    assert box_iou(square, square).tolist() == [[1]]


def test_equals_pixels_counted(random_boxes):
    def pixels(box):
        x1, y1, x2, y2 = (int(edge) for edge in box)
        return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}

    boxes1, boxes2 = random_boxes(15, side=6), random_boxes(15, side=6)
    overlap = box_iou(boxes1, boxes2)
    for i, one in enumerate(boxes1):
        for j, other in enumerate(boxes2):
            union = len(pixels(one) | pixels(other))
            wanted = len(pixels(one) & pixels(other)) / union if union else 0
            assert overlap[i, j].item() == pytest.approx(wanted, abs=1e-7)


def test_two_squares_that_share_a_quarter():
    shifted = torch.tensor([[1.0, 1, 3, 3], [2, 0, 4, 2], [5, 5, 9, 9]])
    overlap = box_iou(torch.tensor([[0.0, 0, 2, 2]], dtype=torch.float64), shifted.double())
    assert overlap[0].tolist() == [1 / 7, 0, 0]


@pytest.mark.usefixtures("without_shape_checks")
def test_malformed_boxes_are_named():
    good, bad = torch.tensor([[0.0, 0, 1, 1]]), torch.tensor([[2.0, 0, 1, 1]])
    with pytest.raises(ValueError, match=r"boxes1\[0\] is \[2.0"):
        box_iou(bad, good)
    with pytest.raises(ValueError, match=r"boxes2\[0\] is \[2.0"):
        box_iou(good, bad)
    with pytest.raises(ValueError, match=r"boxes2 must be \(n, 4\)"):
        box_iou(good, good[0])


@pytest.mark.gpu
def test_cuda_equals_the_cpu(random_boxes):
    boxes1, boxes2 = random_boxes(40), random_boxes(30)
    found = box_iou(boxes1.cuda(), boxes2.cuda()).cpu()
    torch.testing.assert_close(found, box_iou(boxes1, boxes2))
