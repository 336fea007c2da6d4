"""Boxes: how one is written down, measured and cut to its image.

A box is (x1, y1, x2, y2) in pixels: its left, top, right and bottom edge, x to the right and y
down. Edges lie between pixels, so (0, 0, 1, 1) covers one pixel, the first. Names, argument order
and numbers are those of torchvision.ops.
Differs from the PASCAL VOC kit: there an edge is a pixel, and a box is one pixel wider and higher.
"""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from course_lib.layers.precision import sum_dtype

Boxes = Float[Tensor, "_ 4"]
FORMATS = ("xyxy", "xywh", "cxcywh")


def require_boxes(name: str, boxes: Tensor) -> None:
    """Raise ValueError for anything but floats (n, 4), finite, with x1 <= x2 and y1 <= y2."""
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"{name} must be (n, 4), not {tuple(boxes.shape)}; no boxes are (0, 4).")
    if not boxes.is_floating_point():
        raise ValueError(f"{name} holds {boxes.dtype}; make it {name}.float().")
    # NaN is not >= NaN, but infinity is: it would give areas of NaN later.
    wrong = ~((boxes[:, 2:] >= boxes[:, :2]).all(1) & boxes.isfinite().all(1))
    if wrong.any():
        row = int(wrong.nonzero()[0])
        raise ValueError(
            f"{name}[{row}] is {boxes[row].tolist()}; a box is finite numbers x1, y1, x2, y2 with "
            "x1 <= x2 and y1 <= y2. If these are a corner or center, width and height, call "
            "box_convert first."
        )


def box_convert(boxes: Float[Tensor, "n 4"], in_fmt: str, out_fmt: str) -> Float[Tensor, "n 4"]:
    """Write the same boxes in another way.

    'xyxy' is two corners, 'xywh' the upper left corner, width and height, 'cxcywh' the center,
    width and height. Raises ValueError for other names and for negative widths and heights.
    """
    for name, format in (("in_fmt", in_fmt), ("out_fmt", out_fmt)):
        if format not in FORMATS:
            raise ValueError(f"{name} is {format!r}; the formats are {', '.join(FORMATS)}.")
    first, second = boxes[:, :2], boxes[:, 2:]
    if in_fmt == "xywh":
        first, second = first, first + second
    elif in_fmt == "cxcywh":
        first, second = first - second / 2, first + second / 2
    require_boxes(f"boxes (from {in_fmt} to xyxy)", torch.cat([first, second], dim=1))
    if out_fmt == "xywh":
        second = second - first
    elif out_fmt == "cxcywh":
        first, second = (first + second) / 2, second - first
    return torch.cat([first, second], dim=1)


def box_area(boxes: Float[Tensor, "n 4"]) -> Float[Tensor, "n"]:
    """Width times height, in square pixels; 0 for a box that is a line or a point.

    Half precision comes back as float32: 256 x 256 is more than float16 can hold.
    """
    require_boxes("boxes", boxes)
    boxes = boxes.to(sum_dtype(boxes))
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def clip_boxes_to_image(
    boxes: Float[Tensor, "*n 4"], size: tuple[int, int]
) -> Float[Tensor, "*n 4"]:
    """Cut what hangs over the edge of an image of `size` (height, width).

    A box that lies outside shrinks to a line or a point on the edge; `remove_small_boxes` finds it.
    """
    height, width = size
    limit = boxes.new_tensor([width, height, width, height])
    return boxes.clamp(min=0).minimum(limit)


def remove_small_boxes(boxes: Float[Tensor, "n 4"], min_size: float) -> Int64[Tensor, "kept"]:
    """Return the indices of the boxes with both sides at least `min_size` pixels long."""
    return ((boxes[:, 2:] - boxes[:, :2]) >= min_size).all(dim=1).nonzero()[:, 0]


def inside_image(boxes: Float[Tensor, "n 4"], size: tuple[int, int]) -> Bool[Tensor, "n"]:
    """Tell which boxes do not hang over the edge of an image of `size` (height, width)."""
    return (boxes == clip_boxes_to_image(boxes, size)).all(dim=1)
