"""Average precision: a precision-recall curve as one number, and its mean over the classes.

The curve has teeth, because precision falls with every wrong detection. Before it is measured,
each point is raised to the best precision at its recall or a higher one.
Paper: Everingham et al. 2010, section 4.2 (eleven points, as used until VOC 2009); the VOC 2010
development kit, section 3.4.1 (every point, since then).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from course_lib.applications.detection.detections import Detections
from course_lib.applications.detection.precision_recall import precision_recall
from course_lib.applications.detection.scenes import Objects

INTERPOLATIONS = ("every point", "11 points")


def average_precision(
    recall: Float64[Tensor, "n"],
    precision: Float64[Tensor, "n"],
    interpolation: str = "every point",
) -> float:
    """Measure a curve whose recall does not fall; without a point it is 0.

    'every point' is the area under the raised curve. '11 points' is the mean of its heights
    at recall 0, 0.1, …, 1, and 0 where the recall is not reached.
    """
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f"interpolation is {interpolation!r}; choose of {INTERPOLATIONS}.")
    if recall.shape != precision.shape or (recall.diff() < 0).any():
        raise ValueError(
            f"recall {tuple(recall.shape)} must not fall, and precision {tuple(precision.shape)} "
            "must have one number for each of recall."
        )
    # From the end forwards: the best precision at this recall or beyond.
    raised = precision.flip(0).cummax(dim=0).values.flip(0) if len(precision) else precision
    if interpolation == "every point":
        steps = recall.diff(prepend=recall.new_zeros(1))
        return float((raised * steps).sum())
    heights = [raised[recall >= tenth / 10 - 1e-9][:1].sum() for tenth in range(11)]
    return float(torch.stack(heights).mean())


@dataclass(frozen=True)
class MeanAveragePrecision:
    """The average precision of each class that has objects, by its label, and their mean."""

    mean: float
    per_class: dict[int, float]


def mean_average_precision(
    detections: Sequence[Detections],
    objects: Sequence[Objects],
    iou_threshold: float = 0.5,
    interpolation: str = "every point",
) -> MeanAveragePrecision:
    """Measure the detections in a set of images, one entry an image, against its objects.

    A class without an object that counts has no average precision and does not enter the mean.
    Raises ValueError where no class has one.
    """
    per_class = {}
    for label in _classes(objects):
        curve = precision_recall(detections, objects, label, iou_threshold)
        per_class[label] = average_precision(curve.recall, curve.precision, interpolation)
    if not per_class:
        raise ValueError("objects holds no object that counts; there is nothing to be found.")
    return MeanAveragePrecision(sum(per_class.values()) / len(per_class), per_class)


def _classes(objects: Sequence[Objects]) -> list[int]:
    labels = set()
    for truth in objects:
        counted = truth.labels if truth.difficult is None else truth.labels[~truth.difficult]
        labels |= set(counted.tolist())
    return sorted(labels)
