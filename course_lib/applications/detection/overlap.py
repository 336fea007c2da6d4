"""How well two boxes agree: intersection over union, 0 for strangers and 1 for twins.

Source: Everingham et al. 2010, "The PASCAL visual object classes challenge", section 4.2
(the area of overlap a_o).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.applications.detection.boxes import box_area, require_boxes
from course_lib.layers.precision import sum_dtype


def box_iou(boxes1: Float[Tensor, "n 4"], boxes2: Float[Tensor, "m 4"]) -> Float[Tensor, "n m"]:
    """Compare every box of one set with every box of the other; equals torchvision.ops.box_iou.

    Differs from it where both boxes have no area: 0 here, NaN there. Half precision comes back
    as float32, since an area soon is more than float16 can hold.
    """
    require_boxes("boxes1", boxes1)
    require_boxes("boxes2", boxes2)
    boxes1, boxes2 = boxes1.to(sum_dtype(boxes1)), boxes2.to(sum_dtype(boxes2))
    upper_left = torch.maximum(boxes1[:, None, :2], boxes2[:, :2])
    lower_right = torch.minimum(boxes1[:, None, 2:], boxes2[:, 2:])
    # Boxes that do not meet have a negative width or height between them, or both.
    width, height = (lower_right - upper_left).clamp(min=0).unbind(-1)
    shared = width * height
    union = box_area(boxes1)[:, None] + box_area(boxes2) - shared
    return torch.where(union > 0, shared / union, 0)
