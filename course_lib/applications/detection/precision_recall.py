"""Precision and recall: of what was detected, how much is right; of what is there, how much found.

Paper: Everingham, Van Gool, Williams, Winn & Zisserman 2010, "The PASCAL visual object classes
(VOC) challenge", section 4.2, with the rule for difficult objects from section 3.4.1.
Differs from the paper: edges of boxes lie between pixels (see boxes.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from course_lib.applications.detection.detections import Detections
from course_lib.applications.detection.overlap import box_iou
from course_lib.applications.detection.scenes import Objects, require_one_each

RIGHT, WRONG, UNCOUNTED = 1, 0, -1


@dataclass(frozen=True)
class PrecisionRecall:
    """One point for each detection, from the surest on: how things stand with it and all above."""

    scores: Float[Tensor, "n"]
    precision: Float64[Tensor, "n"]
    recall: Float64[Tensor, "n"]


def precision_recall(
    detections: Sequence[Detections],
    objects: Sequence[Objects],
    label: int,
    iou_threshold: float = 0.5,
) -> PrecisionRecall:
    """Go through the detections of one class, in all images, from the highest score down.

    A detection is right if the object of the class that it overlaps most, by at least
    `iou_threshold`, was not found before; a second detection of an object is wrong. What falls
    on a difficult object counts neither way, and difficult objects need not be found.

    Raises ValueError where the class has no object, so that recall means nothing.
    """
    if not 0 < iou_threshold <= 1:
        raise ValueError(f"iou_threshold is {iou_threshold}; it must lie above 0, up to 1.")
    require_one_each("detections", detections, objects)
    scores, verdicts, num_objects = [], [], 0
    for found, truth in zip(detections, objects, strict=True):
        mine, theirs = found.labels == label, truth.labels == label
        order = found.scores[mine].argsort(descending=True, stable=True)
        difficult = _difficult(truth)[theirs]
        num_objects += int((~difficult).sum())
        overlap = box_iou(found.boxes[mine][order], truth.boxes[theirs])
        scores.append(found.scores[mine][order])
        verdicts += _judge(overlap, difficult.tolist(), iou_threshold)
    if num_objects == 0:
        raise ValueError(f"objects holds none of class {label}; recall needs at least one.")
    return _curve(torch.cat(scores), verdicts, num_objects)


def _difficult(truth: Objects) -> Tensor:
    return torch.zeros_like(truth.labels).bool() if truth.difficult is None else truth.difficult


def _judge(
    overlap: Float[Tensor, "found objects"], difficult: list[bool], iou_threshold: float
) -> list[int]:
    """Judge the detections of one image, which come with the highest score first."""
    if not difficult:
        return [WRONG] * len(overlap)
    verdicts, taken = [], set()
    most, indices = overlap.max(dim=1)
    # Compared as tensors: in a list, a float32 0.7 would be 0.69999999 and not reach 0.7.
    enough = (most >= iou_threshold).tolist()
    for overlaps, nearest in zip(enough, indices.tolist(), strict=True):
        if not overlaps:
            verdicts.append(WRONG)
        elif difficult[nearest]:
            verdicts.append(UNCOUNTED)
        else:
            verdicts.append(WRONG if nearest in taken else RIGHT)
            taken.add(nearest)
    return verdicts


def _curve(scores: Float[Tensor, "n"], verdicts: list[int], num_objects: int) -> PrecisionRecall:
    order = scores.argsort(descending=True, stable=True)
    ranked = torch.tensor(verdicts, device=scores.device)[order]
    scores, ranked = scores[order][ranked != UNCOUNTED], ranked[ranked != UNCOUNTED]
    right = (ranked == RIGHT).double().cumsum(dim=0)
    count = torch.arange(1, len(ranked) + 1, device=scores.device)
    return PrecisionRecall(scores, right / count, right / num_objects)
