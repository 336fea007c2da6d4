"""Precision and recall. Oracle: by hand, and the rules once more, the other way round."""

import pytest
import torch

from course_lib.applications.detection import (
    Detections,
    Objects,
    box_iou,
    precision_recall,
)


def found(*rows, labels=None):
    """Detections from (score, box)."""
    boxes = torch.tensor([box for _, box in rows]).reshape(-1, 4).float()
    labels = [0] * len(rows) if labels is None else labels
    scores = torch.tensor([score for score, _ in rows]).float()
    return Detections(boxes, scores, torch.tensor(labels, dtype=torch.int64))


def truth(*boxes, labels=None, difficult=None):
    labels = [0] * len(boxes) if labels is None else labels
    return Objects(
        torch.tensor(boxes).reshape(-1, 4).float(),
        torch.tensor(labels, dtype=torch.int64),
        None if difficult is None else torch.tensor(difficult),
    )


A, B, C = (0, 0, 10, 10), (20, 0, 30, 10), (0, 20, 10, 30)
NEAR_A, HALF_A, FAR = (0, 0, 10, 9), (0, 0, 10, 5), (50, 50, 60, 60)


def test_two_images_by_hand():
    detections = [found((0.9, A), (0.6, FAR), (0.3, B)), found((0.8, FAR), (0.5, NEAR_A))]
    objects = [truth(A, B, C), truth(A)]
    curve = precision_recall(detections, objects, 0)
    # In order: right, wrong, wrong, right, right; there are four objects.
    assert curve.scores.tolist() == pytest.approx([0.9, 0.8, 0.6, 0.5, 0.3])
    assert curve.precision.tolist() == [1, 1 / 2, 1 / 3, 2 / 4, 3 / 5]
    assert curve.recall.tolist() == [1 / 4, 1 / 4, 1 / 4, 2 / 4, 3 / 4]


def test_a_second_detection_of_an_object_is_wrong():
    """The surer one takes the object, though the other fits better and comes first."""
    curve = precision_recall([found((0.5, A), (0.9, NEAR_A), (0.4, B))], [truth(A, B)], 0)
    assert curve.precision.tolist() == [1, 1 / 2, 2 / 3]
    assert curve.recall.tolist() == [1 / 2, 1 / 2, 1]


def test_a_taken_object_is_not_exchanged_for_another():
    """A detection is judged by the object it overlaps most, even if that one is taken."""
    next_to_a = (2, 0, 12, 10)
    between = (1, 0, 11, 10)  # 9/11 of both; nearer to none: the first counts
    curve = precision_recall([found((0.9, A), (0.8, between))], [truth(A, next_to_a)], 0)
    assert curve.precision.tolist() == [1, 1 / 2]


def test_of_equal_scores_the_first_counts_as_higher():
    """In an image by their order, then by the order of the images."""
    many = found(*[(0.5, A)] * 20, (0.5, B), *[(0.5, FAR)] * 20)
    precision = precision_recall([many, found((0.5, A))], [truth(A, B), truth(A)], 0).precision
    wanted = [1, *[0] * 19, 1, *[0] * 20, 1]
    right = [p * (n + 1) for n, p in enumerate(precision.tolist())]
    assert right == pytest.approx([sum(wanted[: n + 1]) for n in range(42)])


def test_the_threshold_itself_is_enough():
    assert precision_recall([found((0.9, HALF_A))], [truth(A)], 0).recall.tolist() == [1]
    assert precision_recall([found((0.9, HALF_A))], [truth(A)], 0, 0.51).recall.tolist() == [0]
    assert precision_recall([found((0.9, A))], [truth(A)], 0, 1.0).recall.tolist() == [1]


@pytest.mark.parametrize("tenths", range(1, 11))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_threshold_that_is_no_binary_fraction_is_enough_too(tenths, dtype):
    """The overlap is `tenths` / 10 by hand, which float32 and float64 round differently."""
    part = Detections(
        torch.tensor([[0, 0, 10, tenths]], dtype=dtype), torch.ones(1), torch.tensor([0])
    )
    whole = Objects(torch.tensor([A], dtype=dtype), torch.tensor([0]))
    at = precision_recall([part], [whole], 0, tenths / 10)
    assert at.recall.tolist() == [1]
    if tenths < 10:
        above = precision_recall([part], [whole], 0, tenths / 10 + 1e-6)
        assert above.recall.tolist() == [0]


def test_other_classes_are_not_looked_at():
    detections = [found((0.9, A), (0.8, B), (0.7, FAR), labels=[1, 0, 1])]
    objects = [truth(A, B, labels=[0, 1])]
    assert precision_recall(detections, objects, 0).precision.tolist() == [0]
    assert precision_recall(detections, objects, 1).precision.tolist() == [0, 0]


def test_difficult_objects_count_neither_way():
    objects = [truth(A, B, difficult=[True, False]), truth(C)]
    detections = [found((0.9, A), (0.8, NEAR_A), (0.7, B), (0.6, FAR)), found((0.5, C))]
    curve = precision_recall(detections, objects, 0)
    assert curve.scores.tolist() == pytest.approx([0.7, 0.6, 0.5])
    assert curve.precision.tolist() == [1, 1 / 2, 2 / 3]
    assert curve.recall.tolist() == [1 / 2, 1 / 2, 1]


def test_an_image_without_objects_has_only_wrong_detections():
    curve = precision_recall([found((0.9, A)), found((0.5, A))], [truth(), truth(A)], 0)
    assert curve.precision.tolist() == [0, 1 / 2]


def test_nothing_found():
    curve = precision_recall([found(), found()], [truth(A), truth()], 0)
    assert (curve.scores.shape, curve.precision.shape, curve.recall.shape) == ((0,), (0,), (0,))


def _the_other_way_round(detections, objects, label, threshold):
    """Each object looks for its detection: the surest of those that overlap it most."""
    right, rows = set(), []
    for image, (given, there) in enumerate(zip(detections, objects, strict=True)):
        mine = [i for i in range(len(given.labels)) if given.labels[i] == label]
        wanted = [j for j in range(len(there.labels)) if there.labels[j] == label]
        rows += [(-float(given.scores[i]), image, i) for i in mine]
        overlap = box_iou(given.boxes, there.boxes)
        for j in wanted:
            suitors = [
                i
                for i in mine
                if overlap[i, j] >= threshold
                and j == max(wanted, key=lambda k, i=i, overlap=overlap: (overlap[i, k], -k))
            ]
            if suitors:
                winner = max(suitors, key=lambda i, given=given: given.scores[i])
                right.add((image, winner))
    hits = [(image, i) in right for _, image, i in sorted(rows)]
    total = sum(int((there.labels == label).sum()) for there in objects)
    counts = [sum(hits[: n + 1]) for n in range(len(hits))]
    return [c / (n + 1) for n, c in enumerate(counts)], [c / total for c in counts]


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.75])
def test_equals_the_rules_the_other_way_round(random_boxes, threshold):
    for _ in range(10):
        detections = [
            Detections(random_boxes(12, side=7), torch.rand(12), torch.randint(2, (12,)))
            for _ in range(4)
        ]
        objects = [Objects(random_boxes(6, side=7), torch.randint(2, (6,))) for _ in range(4)]
        curve = precision_recall(detections, objects, 1, threshold)
        precision, recall = _the_other_way_round(detections, objects, 1, threshold)
        assert curve.precision.tolist() == pytest.approx(precision)
        assert curve.recall.tolist() == pytest.approx(recall)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="objects holds none of class 1"):
        precision_recall([found()], [truth(A)], 1)
    with pytest.raises(ValueError, match="objects holds none of class 0"):
        precision_recall([found()], [truth(A, difficult=[True])], 0)
    with pytest.raises(ValueError, match="detections is of 1 images, objects of 2"):
        precision_recall([found()], [truth(A), truth()], 0)
    for threshold in (0.0, 1.5):
        with pytest.raises(ValueError, match=f"iou_threshold is {threshold}; .* above 0, up to 1"):
            precision_recall([found()], [truth(A)], 0, threshold)
