"""What a detector answers, and the last step to it: a threshold and suppression, class by class.

Source: Girshick et al. 2014, section 2.2 (test-time detection).
"""

from dataclasses import dataclass

from jaxtyping import Float, Int64
from torch import Tensor

from course_lib.applications.detection.boxes import (
    clip_boxes_to_image,
    remove_small_boxes,
    require_boxes,
)
from course_lib.applications.detection.suppression import batched_nms


@dataclass(frozen=True)
class Detections:
    """The boxes found in one image, best first, each with its score and class."""

    boxes: Float[Tensor, "n 4"]
    scores: Float[Tensor, "n"]
    labels: Int64[Tensor, "n"]

    def __post_init__(self):
        require_boxes("boxes", self.boxes)
        for name in ("scores", "labels"):
            given = getattr(self, name)
            if given.shape != (len(self.boxes),):
                raise ValueError(
                    f"{name} has shape {tuple(given.shape)}; {len(self.boxes)} boxes need one each."
                )


def select_detections(
    boxes: Float[Tensor, "n classes 4"],
    scores: Float[Tensor, "n classes"],
    image_size: tuple[int, int],
    score_threshold: float = 0.05,
    iou_threshold: float = 0.3,
    most: int = 100,
) -> Detections:
    """Choose from a box and a score for each region and class.

    Boxes are cut to the image of `image_size` (height, width). A score below `score_threshold`
    is no detection; of boxes of one class that overlap by more than `iou_threshold` the best
    stays; at most `most` stay in all.
    """
    regions, labels = (scores >= score_threshold).nonzero(as_tuple=True)
    boxes = clip_boxes_to_image(boxes[regions, labels], image_size)
    scores = scores[regions, labels]
    kept = remove_small_boxes(boxes, min_size=1.0)
    boxes, scores, labels = boxes[kept], scores[kept], labels[kept]
    kept = batched_nms(boxes, scores, labels, iou_threshold)[:most]
    return Detections(boxes[kept], scores[kept], labels[kept])
