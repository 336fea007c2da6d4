"""Non-maximum suppression. Oracle: torchvision.ops, values by hand."""

import pytest
import torch
import torchvision.ops as oracle

from course_lib.applications.detection import batched_nms, nms


@pytest.mark.parametrize("num", [0, 1, 2, 17, 80])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equals_torchvision(random_boxes, num, threshold, ties, dtype):
    for _ in range(5):
        boxes = random_boxes(num, dtype=dtype)
        scores = (torch.randint(3, (num,)) if ties else torch.rand(num)).to(dtype)
        assert torch.equal(nms(boxes, scores, threshold), oracle.nms(boxes, scores, threshold))
        groups = torch.randint(4, (num,))
        found = batched_nms(boxes, scores, groups, threshold)
        if not ties:  # torchvision's order of equal scores depends on how many boxes there are
            assert torch.equal(found, oracle.batched_nms(boxes, scores, groups, threshold))
        assert sorted(found.tolist()) == sorted(
            index
            for group in range(4)
            for index in (groups == group)
            .nonzero()[:, 0][oracle.nms(boxes[groups == group], scores[groups == group], threshold)]
            .tolist()
        )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equals_torchvision_at_the_threshold(dtype):
    """Float32 rounds 3/10 up and 7/10 down: the one is above its threshold, the other not."""
    for whole in range(2, 21):
        for part in range(1, whole):
            boxes = torch.tensor([[0, 0, whole, 1], [0, 0, part, 1]], dtype=dtype)
            scores, threshold = torch.tensor([0.9, 0.8], dtype=dtype), part / whole
            assert torch.equal(nms(boxes, scores, threshold), oracle.nms(boxes, scores, threshold))


# The second overlaps the first by 1/2, the third the second by 1/2 and the first not at all.
ROW = torch.tensor([[0.0, 0, 4, 1], [0, 0, 2, 1], [0, 0, 1, 1]])
SCORES = torch.tensor([0.5, 0.7, 0.6])


def test_who_is_suppressed_suppresses_nobody():
    """The best, the middle one, removes both neighbors below 1/2 and none at 1/2."""
    assert nms(ROW, SCORES, 0.4).tolist() == [1]
    assert nms(ROW, SCORES, 0.5).tolist() == [1, 2, 0]
    chain = torch.tensor([[0.0, 0, 3, 1], [1, 0, 4, 1], [2, 0, 5, 1]])  # neighbors overlap by 1/2
    assert nms(chain, torch.tensor([0.9, 0.8, 0.7]), 0.4).tolist() == [0, 2]


def test_groups_do_not_meet():
    assert batched_nms(ROW, SCORES, torch.tensor([0, 1, 0]), 0.2).tolist() == [1, 2]
    assert batched_nms(ROW, SCORES, torch.tensor([7, 3, 5]), 0.2).tolist() == [1, 2, 0]


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("grouped", [False, True])
def test_errors_name_the_argument(grouped):
    def suppress(boxes, scores, threshold):
        if grouped:
            return batched_nms(boxes, scores, torch.tensor([0, 0, 1]), threshold)
        return nms(boxes, scores, threshold)

    with pytest.raises(ValueError, match=r"scores must be \(3,\), one a box, not \(2,\)"):
        suppress(ROW, SCORES[:2], 0.5)
    with pytest.raises(ValueError, match=r"boxes\[0\]"):
        suppress(ROW.flip(1), SCORES, 0.5)
    for threshold in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"iou_threshold is {threshold}; .* 0 to 1"):
            suppress(ROW, SCORES, threshold)


@pytest.mark.gpu
def test_cuda_equals_the_cpu(random_boxes):
    boxes, scores, groups = random_boxes(200), torch.rand(200), torch.randint(4, (200,))
    kept = batched_nms(boxes.cuda(), scores.cuda(), groups.cuda(), 0.3)
    assert kept.is_cuda
    assert torch.equal(kept.cpu(), batched_nms(boxes, scores, groups, 0.3))
