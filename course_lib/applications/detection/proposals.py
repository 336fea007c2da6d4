"""Proposals made outside of the network, and how many objects they find."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from jaxtyping import Float, UInt8
from torch import Tensor

from course_lib.applications.detection.boxes import Boxes
from course_lib.applications.detection.overlap import box_iou
from course_lib.applications.detection.scenes import Objects, Scenes, require_one_each


def with_proposals(
    scenes: Scenes, propose: Callable[[UInt8[Tensor, "c h w"]], Float[Tensor, "_ 4"]]
) -> Scenes:
    """Propose boxes on each image: `selective_search`, or windows for a detector that slides.

    They depend on the image alone, so they are made once, not in each epoch.
    """
    proposals = tuple(propose(image.cpu()).to(image.device) for image in scenes.images)
    return replace(scenes, proposals=proposals)


def proposal_recall(
    proposals: Sequence[Boxes], objects: Sequence[Objects], iou_threshold: float = 0.5
) -> float:
    """The fraction of objects, 0 to 1, that some proposal overlaps by `iou_threshold` or more.

    What is not proposed cannot be detected. Raises ValueError where there is no object at all.
    """
    require_one_each("proposals", proposals, objects)
    found = total = 0
    for boxes, truth in zip(proposals, objects, strict=True):
        total += len(truth.boxes)
        overlap = box_iou(boxes, truth.boxes)
        found += int((overlap >= iou_threshold).any(dim=0).sum())
    if total == 0:
        raise ValueError("objects holds no object; recall needs at least one.")
    return found / total
