"""Let boxes follow the images they lie on. Lecture: sharif_2024."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.sizes import Pair


def move_boxes(
    augmentation: Augmentation,
    boxes: list[Float[Tensor, "_ 4"]],
    keys: Int64[Tensor, "n"],
    size: Pair,
) -> list[Float[Tensor, "_ 4"]]:
    """Each image's boxes after the augmentation drew from the same keys.

    A box is (left, top, right, bottom) in pixels, as torchvision has it; `size` is the images'
    (height, width). A turned box becomes the upright one about it, and is cut at the border: one
    that left the image has no area. ValueError for a change that bends lines.
    """
    if len(boxes) != len(keys):
        raise ValueError(f"There are {len(boxes)} lists of boxes for {len(keys)} keys (images).")
    moves, (height, width) = augmentation.moves(keys, size)
    border = torch.tensor([width, height, width, height], device=keys.device)
    return [
        _moved(own, move.to(own.dtype)).clamp(min=0).minimum(border.to(own.dtype))
        for own, move in zip(boxes, moves, strict=True)
    ]


def _moved(boxes: Tensor, move: Tensor) -> Tensor:
    corners = boxes[:, [0, 1, 2, 1, 0, 3, 2, 3]].unflatten(1, (4, 2))  # boxes corners (x, y)
    corners = corners @ move[:2, :2].T + move[:2, 2]
    return torch.cat((corners.amin(dim=1), corners.amax(dim=1)), dim=1)
