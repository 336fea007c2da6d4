"""What R-CNN and its successors learn from: regions with a class, and one loss of two parts.

Papers: Girshick et al. 2014, section 2.3 (which regions), appendix C (one box regressor for each
class); Girshick 2015, "Fast R-CNN", section 2.3 and equations 1 to 3 (the loss).
Differs from the papers: the background is the class after the last, where they have class 0; it
reaches down to an overlap of 0, where Fast R-CNN leaves out what is below 0.1, since a canvas
has few regions; the boxes of the objects are among the regions, as in the authors' later code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor
from torch.nn import functional as F

from course_lib.applications.detection.box_offsets import decode_boxes, encode_boxes
from course_lib.applications.detection.boxes import Boxes
from course_lib.applications.detection.detections import Detections, select_detections
from course_lib.applications.detection.matching import match_boxes, sample_matches
from course_lib.applications.detection.scenes import Objects, require_classes

DEVIATIONS = (0.1, 0.1, 0.2, 0.2)  # about how much a good proposal is off


@dataclass(frozen=True)
class RegionSample:
    """Regions of several images to learn from, with a class and wanted offsets for each."""

    boxes: tuple[Boxes, ...]
    labels: Int64[Tensor, "r"]
    offsets: Float[Tensor, "r 4"]


def sample_regions(
    proposals: Sequence[Boxes],
    objects: Sequence[Objects],
    num_classes: int,
    num: int = 32,
    positive_share: float = 0.25,
    generator: Generator | None = None,
) -> RegionSample:
    """Draw up to `num` regions of each image, at most `positive_share` of them on objects.

    A region is on an object from an overlap of 0.5. Others have the label `num_classes`, the
    background; their offsets are 0 and mean nothing.
    """
    require_classes(objects, num_classes)
    parts = []
    for boxes, truth in zip(proposals, objects, strict=True):
        candidates = torch.cat([boxes, truth.boxes])
        matches = match_boxes(candidates, truth.boxes)
        chosen = sample_matches(matches, num, positive_share, generator)
        matches, candidates = matches[chosen], candidates[chosen]
        on_object = matches >= 0
        labels = torch.full_like(matches, num_classes)
        labels[on_object] = truth.labels[matches[on_object]]
        offsets = torch.zeros_like(candidates)
        wanted = truth.boxes[matches[on_object]]
        offsets[on_object] = encode_boxes(candidates[on_object], wanted, DEVIATIONS)
        parts.append((candidates, labels, offsets))
    boxes, labels, offsets = zip(*parts, strict=True)
    return RegionSample(boxes, torch.cat(labels), torch.cat(offsets))


def multi_task_loss(
    scores: Float[Tensor, "r classes_and_background"],
    offsets: Float[Tensor, "r classes 4"],
    sample: RegionSample,
) -> dict[str, Float[Tensor, ""]]:
    """Equation 1: the cross entropy of the class ('class'), the smooth L1 of the offsets ('box').

    Only the offsets of the right class count, and only for regions on objects. Both are sums
    divided by the number of regions; without regions they are 0.
    """
    num_regions = max(len(sample.labels), 1)
    on_object = sample.labels < offsets.shape[1]
    mine = offsets[on_object, sample.labels[on_object]]
    return {
        "class": F.cross_entropy(scores, sample.labels, reduction="sum") / num_regions,
        "box": F.smooth_l1_loss(mine, sample.offsets[on_object], reduction="sum") / num_regions,
    }


def region_detections(
    scores: Float[Tensor, "r classes_and_background"],
    offsets: Float[Tensor, "r classes 4"],
    regions: Sequence[Boxes],
    image_size: tuple[int, int],
) -> list[Detections]:
    """Move every region as each class asks for, and select; one answer for each image."""
    counts = [len(boxes) for boxes in regions]
    chances = scores.softmax(dim=1)[:, :-1].split(counts)
    moved = decode_boxes(torch.cat(list(regions))[:, None], offsets, DEVIATIONS).split(counts)
    return [
        select_detections(boxes, chance, image_size)
        for boxes, chance in zip(moved, chances, strict=True)
    ]
