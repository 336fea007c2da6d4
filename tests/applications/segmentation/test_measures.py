"""The measures. Oracle: six pixels by hand, and a count with loops."""

import math

import pytest
import torch

from course_lib.applications.segmentation import confusion_matrix, mean_iou, measures

VOID = 9
#                        there:  0  0  0  1  1  void
LABELS = torch.tensor([[[0, 0, 0], [1, 1, VOID]]])
NAMED = torch.tensor([[[0, 0, 1], [1, 0, 1]]])


def test_six_pixels_by_hand():
    confusion = confusion_matrix(NAMED, LABELS, 3, VOID)
    assert confusion.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    found = measures(confusion)
    assert found.pixel_accuracy == pytest.approx(3 / 5)
    assert found.mean_accuracy == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found.iou[:2] == pytest.approx((2 / 4, 1 / 3))
    assert math.isnan(found.iou[2])  # class 2 is neither there nor named
    assert found.mean_iou == pytest.approx((2 / 4 + 1 / 3) / 2)
    assert found.frequency_weighted_iou == pytest.approx((3 * 2 / 4 + 2 * 1 / 3) / 5)
    assert mean_iou(NAMED, LABELS, 3, VOID) == found.mean_iou


def test_a_class_that_is_named_but_not_there_counts_as_zero():
    confusion = confusion_matrix(torch.tensor([2, 0]), torch.tensor([0, 0]), 3, VOID)
    assert measures(confusion).iou[2] == 0
    assert measures(confusion).mean_iou == pytest.approx((1 / 2 + 0) / 2)


def test_the_matrix_is_a_count_over_all_pixels():
    labels, named = torch.randint(5, (3, 8, 7)), torch.randint(4, (3, 8, 7))
    wanted = torch.zeros(4, 4, dtype=torch.int64)
    for i, j in zip(labels.flatten().tolist(), named.flatten().tolist(), strict=True):
        if i != 4:
            wanted[i, j] += 1
    assert confusion_matrix(named, labels, 4, void=4).equal(wanted)


def test_perfect_names_measure_one():
    labels = torch.randint(3, (2, 5, 5))
    found = measures(confusion_matrix(labels, labels, 3, VOID))
    assert found.iou == (1, 1, 1)
    assert found.pixel_accuracy == found.mean_accuracy == found.frequency_weighted_iou == 1


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int32])
def test_small_integers_count_like_int64(dtype):
    """21 classes, as PASCAL VOC: 20 * 21 + 20 is 440, more than uint8 and int8 can hold."""
    labels, named = torch.randint(21, (50,)), torch.randint(21, (50,))
    wanted = confusion_matrix(named, labels, 21, void=21)
    assert confusion_matrix(named.to(dtype), labels.to(dtype), 21, void=21).equal(wanted)
    assert confusion_matrix(named, labels.to(dtype), 21, void=21).equal(wanted)
    assert mean_iou(torch.arange(21), torch.arange(21).to(dtype), 21, void=100) == 1


def test_a_prediction_that_is_no_class_is_refused():
    """-1 is no name, void or not; in the sum over pairs it would be the class before."""
    for wrong in (-1, 3, VOID):
        for place in ((0, 0, 1), (0, 1, 2)):  # the second is void
            named = NAMED.clone()
            named[place] = wrong
            message = f"predicted labels go from {min(wrong, 0)} to {max(wrong, 1)}, .* 0 to 2"
            with pytest.raises(ValueError, match=message):
                confusion_matrix(named, LABELS, 3, VOID)


@pytest.mark.usefixtures("without_shape_checks")
def test_scores_are_not_rounded_to_labels():
    with pytest.raises(RuntimeError, match="not implemented for 'Float'"):
        confusion_matrix(NAMED + 0.5, LABELS, 3, VOID)


def test_nothing_to_measure_and_labels_out_of_range_are_refused():
    with pytest.raises(ValueError, match="labels go from 0 to 9, but there are classes 0 to 2"):
        confusion_matrix(NAMED, LABELS, 3, void=8)
    with pytest.raises(ValueError, match="classes 0 to 0"):
        confusion_matrix(NAMED, torch.zeros_like(NAMED), 1, VOID)
    with pytest.raises(ValueError, match="counts no pixel"):
        measures(torch.zeros(2, 2).long())
