"""Non-maximum suppression: of detections that overlap, only the best one speaks.

Source: Girshick et al. 2014, section 2.2: greedy, for each class on its own. Names, argument
order and results are those of torchvision.ops (on the CPU: on a GPU it rounds the threshold).
"""

import numpy as np
import torch
from jaxtyping import Float, Int64, Integer
from torch import Tensor

from course_lib.applications.detection.boxes import require_boxes
from course_lib.applications.detection.overlap import box_iou


def nms(
    boxes: Float[Tensor, "n 4"], scores: Float[Tensor, "n"], iou_threshold: float
) -> Int64[Tensor, "kept"]:
    """Keep the box with the highest score, drop those that overlap it too much, and so on.

    Too much is an intersection over union above `iou_threshold`. Returns the indices of what
    is kept, highest score first; of equal scores the first counts as higher.
    """
    _check(boxes, scores, iou_threshold)
    order = scores.argsort(descending=True, stable=True)
    # One comparison of all pairs, and then no more tensor arithmetic: each choice depends on the
    # one before, and a GPU would be asked for every single one.
    # In double, as torchvision: a float32 overlap of 3/10 is above 0.3, not rounded to it.
    too_close = (box_iou(boxes[order], boxes[order]).double() > iou_threshold).cpu().numpy()
    suppressed = np.zeros(len(boxes), dtype=bool)
    kept = []
    for rank in range(len(boxes)):
        if not suppressed[rank]:
            kept.append(rank)
            suppressed |= too_close[rank]
    return order[kept]


def batched_nms(
    boxes: Float[Tensor, "n 4"],
    scores: Float[Tensor, "n"],
    idxs: Integer[Tensor, "n"],
    iou_threshold: float,
) -> Int64[Tensor, "kept"]:
    """Do the same for each group on its own: boxes of different `idxs` never meet.

    A group is a class, an image, or one class of one image. Returns the indices of what is kept,
    highest score first.
    """
    _check(boxes, scores, iou_threshold)
    kept = torch.zeros_like(idxs, dtype=torch.bool)
    for group in idxs.unique():
        (members,) = (idxs == group).nonzero(as_tuple=True)
        kept[members[nms(boxes[members], scores[members], iou_threshold)]] = True
    order = scores.argsort(descending=True, stable=True)
    return order[kept[order]]


def _check(boxes: Tensor, scores: Tensor, iou_threshold: float) -> None:
    require_boxes("boxes", boxes)
    if scores.shape != (len(boxes),):
        raise ValueError(f"scores must be ({len(boxes)},), one a box, not {tuple(scores.shape)}.")
    if not 0 <= iou_threshold <= 1:
        raise ValueError(f"iou_threshold is {iou_threshold}; it must lie in 0 to 1.")
