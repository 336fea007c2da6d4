"""The grid of YOLO: every cell answers for the object whose center it holds.

A cell gives B boxes, each as x, y, sqrt(w), sqrt(h) and a confidence, and C class scores for the
cell as a whole: B * 5 + C numbers. x and y are the center within the cell, from 0 to 1; width and
height are fractions of the image.
Paper: Redmon, Divvala, Girshick & Farhadi 2016, "You only look once: unified, real-time object
detection", section 2.
Differs from the paper: nowhere; that the network gives the roots, which the loss compares, and
not the width and height themselves, is how its authors' code does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from course_lib.applications.detection.boxes import box_convert
from course_lib.applications.detection.scenes import Objects


@dataclass(frozen=True)
class GridTargets:
    """For each cell whether it holds a center, and that object's (x, y, w, h) and class."""

    occupied: Bool[Tensor, "n s s"]
    boxes: Float[Tensor, "n s s 4"]
    labels: Int64[Tensor, "n s s"]


@dataclass(frozen=True)
class GridAnswers:
    """The output of the network, taken apart."""

    boxes: Float[Tensor, "n s s b 4"]
    confidences: Float[Tensor, "n s s b"]
    classes: Float[Tensor, "n s s c"]


def take_apart(output: Float[Tensor, "n s s depth"], num_boxes: int) -> GridAnswers:
    """Split the B * 5 + C numbers of each cell: box by box, then the classes."""
    per_box = output[..., : num_boxes * 5].unflatten(-1, (num_boxes, 5))
    return GridAnswers(per_box[..., :4], per_box[..., 4], output[..., num_boxes * 5 :])


def grid_targets(
    objects: Sequence[Objects], num_cells: int, image_size: tuple[int, int]
) -> GridTargets:
    """Put each object into the cell of its center.

    A cell has one class, so of two centers in one cell the first object is kept: YOLO cannot
    find both (section 2.4).
    """
    device = objects[0].boxes.device
    shape = (len(objects), num_cells, num_cells)
    occupied = torch.zeros(shape, dtype=torch.bool, device=device)
    boxes = torch.zeros(*shape, 4, device=device)
    labels = torch.zeros(shape, dtype=torch.int64, device=device)
    for image, truth in enumerate(objects):
        fractions = box_convert(truth.boxes, "xyxy", "cxcywh") / _extent(truth.boxes, image_size)
        # A center on the right or lower edge of the image belongs to the last cell.
        cells = (fractions[:, :2] * num_cells).long().clamp(max=num_cells - 1)
        within = fractions[:, :2] * num_cells - cells
        for (x, y), *answer in zip(
            cells.tolist(), torch.cat([within, fractions[:, 2:]], dim=1), truth.labels, strict=True
        ):
            if not occupied[image, y, x]:
                occupied[image, y, x] = True
                boxes[image, y, x], labels[image, y, x] = answer
    return GridTargets(occupied, boxes, labels)


def grid_boxes(
    answers: Float[Tensor, "n s s b 4"], image_size: tuple[int, int]
) -> Float[Tensor, "n s s b 4"]:
    """Turn x, y, sqrt(w), sqrt(h) of each cell into corners, in pixels of the image."""
    num_cells = answers.shape[1]
    y, x = torch.meshgrid(*[torch.arange(num_cells, device=answers.device)] * 2, indexing="ij")
    center = (answers[..., :2] + torch.stack([x, y], dim=-1)[:, :, None]) / num_cells
    half = answers[..., 2:].square() / 2
    return torch.cat([center - half, center + half], dim=-1) * _extent(answers, image_size)


def _extent(boxes: Tensor, image_size: tuple[int, int]) -> Float[Tensor, "4"]:
    height, width = image_size
    return boxes.new_tensor([width, height, width, height])
