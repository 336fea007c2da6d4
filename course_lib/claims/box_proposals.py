"""How many boxes an image has, and how often a detector looks at it.

Lecture: michigan_2025, "Object Detection" and "Fast RCNN". The image is of 375 rows
and 500 columns, a usual size in Pascal VOC.
"""

import torch

from course_lib.applications.detection.fast_rcnn import fast_rcnn
from course_lib.applications.detection.sliding_windows import num_boxes
from course_lib.applications.detection.yolo import yolo

IMAGE = (375, 500)


def too_many_to_test() -> bool:
    """Whether all boxes of whole pixels, h (h + 1) / 2 times w (w + 1) / 2, are over a billion."""
    return num_boxes(IMAGE) > 1_000_000_000


def maps_computed_for_many_regions() -> int:
    """How often Fast R-CNN's convolutions run for one image with five regions."""
    model, runs = fast_rcnn().eval(), []
    model.maps_of.register_forward_hook(lambda *_: runs.append(1))
    with torch.no_grad():
        model(torch.zeros(1, 1, 64, 64, dtype=torch.uint8), [_five_regions()])
    return len(runs)


def yolo_answers_for_each_cell() -> bool:
    """Whether YOLO's output has a cell for each place of a square grid, and needs no regions."""
    model = yolo().eval()
    with torch.no_grad():
        output = model(torch.zeros(1, 1, 64, 64, dtype=torch.uint8))
    return output.shape[1] == output.shape[2] > 1


def _five_regions() -> torch.Tensor:
    corners = torch.arange(5, dtype=torch.float32)[:, None] * torch.ones(2)
    return torch.cat([corners, corners + 32], dim=1)
