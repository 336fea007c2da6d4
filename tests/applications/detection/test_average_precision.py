"""Average precision. Oracle: by hand; the definitions as sums over objects and over tenths."""

import pytest
import torch

from course_lib.applications.detection import (
    Detections,
    Objects,
    average_precision,
    mean_average_precision,
    precision_recall,
)


def _curve(hits, num_objects):
    """Precision and recall of detections that are right (1) or wrong (0), surest first."""
    right = torch.tensor(hits, dtype=torch.float64).cumsum(0)
    return right / num_objects, right / torch.arange(1, len(hits) + 1)


def test_a_curve_with_a_tooth_by_hand():
    # Right, wrong, right; three objects. Precision 1 to recall 1/3, then 2/3 to recall 2/3.
    recall, precision = _curve([1, 0, 1], 3)
    assert average_precision(recall, precision) == pytest.approx(1 / 3 + 2 / 3 / 3)
    # Recall 0, …, 0.3 has height 1; 0.4, 0.5 and 0.6 have 2/3; beyond 2/3 there is nothing.
    eleven = average_precision(recall, precision, "11 points")
    assert eleven == pytest.approx((4 * 1 + 3 * 2 / 3) / 11)


def test_a_perfect_detector_and_a_blind_one():
    for interpolation in ("every point", "11 points"):
        assert average_precision(*_curve([1, 1, 1], 3), interpolation) == pytest.approx(1)
        assert average_precision(*_curve([0, 0], 3), interpolation) == 0
        nothing = torch.empty(0, dtype=torch.float64)
        assert average_precision(nothing, nothing, interpolation) == 0


def test_a_tenth_that_is_reached_exactly_counts():
    """0.3 is 3/10 and 0.7 is 7/10, whatever their last bit."""
    for num_right in range(11):
        curve = _curve([1] * num_right, 10) if num_right else _curve([0], 10)
        wanted = (num_right + 1) / 11 if num_right else 0
        assert average_precision(*curve, "11 points") == pytest.approx(wanted)


def test_equals_the_definitions():
    """The area: each object adds the best precision at which it, or more, have been found."""
    for _ in range(50):
        hits, num_objects = torch.randint(2, (12,)).tolist(), 14
        recall, precision = _curve(hits, num_objects)

        def best_from(level, recall=recall, precision=precision):
            heights = zip(precision.tolist(), recall.tolist(), strict=True)
            return max((p for p, r in heights if r >= level - 1e-6), default=0)

        area = sum(best_from(count / num_objects) for count in range(1, num_objects + 1))
        assert average_precision(recall, precision) == pytest.approx(area / num_objects)
        tenths = sum(best_from(tenth / 10) for tenth in range(11)) / 11
        assert average_precision(recall, precision, "11 points") == pytest.approx(tenths)


A, B = [0.0, 0, 10, 10], [20.0, 0, 30, 10]


def _set():
    """Class 2 is found at once; class 5 after one mistake; class 7 never; class 9 is difficult."""
    objects = [
        Objects(torch.tensor([A, B]), torch.tensor([2, 5])),
        Objects(torch.tensor([A, B]), torch.tensor([7, 9]), torch.tensor([False, True])),
    ]
    detections = [
        Detections(torch.tensor([A, B]), torch.tensor([0.9, 0.5]), torch.tensor([2, 5])),
        Detections(torch.tensor([A, A]), torch.tensor([0.9, 0.5]), torch.tensor([5, 3])),
    ]
    return detections, objects


@pytest.mark.parametrize("interpolation", ["every point", "11 points"])
def test_the_mean_is_over_classes_that_have_objects(interpolation):
    result = mean_average_precision(*_set(), interpolation=interpolation)
    assert result.per_class == {2: 1, 5: 1 / 2, 7: 0}
    assert result.mean == 1 / 2


def test_threshold_and_interpolation_are_passed_on():
    detections, objects = _set()
    shifted = [
        Detections(found.boxes + torch.tensor([0, 0, 0, 2.0]), found.scores, found.labels)
        for found in detections
    ]
    assert mean_average_precision(shifted, objects, 0.8).mean == 1 / 2
    assert mean_average_precision(shifted, objects, 0.9).mean == 0
    recall, precision = _curve([1, 0, 1], 3)
    three = Objects(torch.tensor([A, B, [0.0, 20, 9, 29]]), torch.zeros(3).long())
    boxes = torch.tensor([A, [50.0, 50, 60, 60], B])
    found = Detections(boxes, torch.tensor([0.9, 0.8, 0.7]), torch.zeros(3).long())
    curve = precision_recall([found], [three], 0)
    assert torch.equal(curve.recall, recall)
    for interpolation in ("every point", "11 points"):
        result = mean_average_precision([found], [three], interpolation=interpolation)
        assert result.mean == average_precision(recall, precision, interpolation)


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument():
    recall, precision = _curve([1, 0, 1], 3)
    with pytest.raises(ValueError, match=r"interpolation is 'linear'; choose of .*'11 points'"):
        average_precision(recall, precision, "linear")
    with pytest.raises(ValueError, match=r"recall \(3,\) must not fall"):
        average_precision(recall.flip(0), precision)
    with pytest.raises(ValueError, match=r"recall \(3,\) .* precision \(2,\) must have one number"):
        average_precision(recall, precision[:2])
    detections, objects = _set()
    nothing = [Objects(objects[0].boxes[:0], objects[0].labels[:0])]
    with pytest.raises(ValueError, match="objects holds no object that counts"):
        mean_average_precision(detections[:1], nothing)
