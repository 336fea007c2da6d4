"""How well pixels are named.

With n[i, j] for the number of pixels of class i that were named j, and t[i] for all of class i,

    pixel accuracy   sum of n[i, i] / sum of t[i]
    mean accuracy    mean over classes of n[i, i] / t[i]
    IoU of class i   n[i, i] / (t[i] + sum over j of n[j, i] - n[i, i])

The last is the intersection of what is there and what was said, over their union. Void pixels
are counted nowhere, and a class that is neither there nor named has no IoU.
Source: Long, Shelhamer & Darrell 2015, arXiv:1411.4038, section 5.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Int64, Integer
from torch import Tensor

from course_lib.applications.segmentation.pixel_loss import check_labels


@dataclass(frozen=True)
class Measures:
    """All between 0 and 1; `iou` has NaN for a class that was neither there nor named."""

    pixel_accuracy: float
    mean_accuracy: float
    mean_iou: float
    frequency_weighted_iou: float
    iou: tuple[float, ...]


def confusion_matrix(
    predicted: Integer[Tensor, "*shape"],
    labels: Integer[Tensor, "*shape"],
    num_classes: int,
    void: int,
) -> Int64[Tensor, "num_classes num_classes"]:
    """Count the pixels of each class (row) that were given each name (column); add up batches.

    Raises ValueError for labels that are neither void nor a class, and for a prediction that is
    no class, even where the label is void.
    """
    # 20 * 21 is more than uint8 can hold. Floats are not rounded to labels: bincount refuses them.
    predicted, labels = (
        each.to(torch.promote_types(each.dtype, torch.int64)) for each in (predicted, labels)
    )
    check_labels(labels, num_classes, void)
    check_labels(predicted, num_classes, void=None, name="predicted labels")
    counted = labels != void
    pairs = labels[counted] * num_classes + predicted[counted]
    return pairs.bincount(minlength=num_classes**2).view(num_classes, num_classes)


def measures(confusion: Int64[Tensor, "num_classes num_classes"]) -> Measures:
    """The paper's four measures, and the IoU of each class. ValueError without a pixel."""
    counts = confusion.double()
    right, there, named = counts.diagonal(), counts.sum(dim=1), counts.sum(dim=0)
    if there.sum() == 0:
        raise ValueError("confusion counts no pixel; there is nothing to measure.")
    iou = right / (there + named - right)  # NaN where both are 0
    return Measures(
        pixel_accuracy=float(right.sum() / there.sum()),
        mean_accuracy=float((right / there).nanmean()),
        mean_iou=float(iou.nanmean()),
        frequency_weighted_iou=float((there * iou).nansum() / there.sum()),
        iou=tuple(iou.tolist()),
    )


def mean_iou(
    predicted: Integer[Tensor, "*shape"],
    labels: Integer[Tensor, "*shape"],
    num_classes: int,
    void: int,
) -> float:
    """The mean of the classes' intersections over unions, 0 to 1."""
    return measures(confusion_matrix(predicted, labels, num_classes, void)).mean_iou
