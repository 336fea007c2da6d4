"""Matrices that move points of the plane, and boxes: (x, y, 1) becomes the new place.

x goes to the right, y down, both in pixels. Numbers may be one for all samples or one for each.
"""

import torch
from jaxtyping import Float, Float32
from torch import Tensor

from course_lib.data.sizes import Pair

Numbers = int | float | Tensor


def matrix(rows: tuple[tuple[Numbers, ...], ...]) -> Float32[Tensor, "*n 3 3"]:
    """The first two rows, number by number; the third is (0, 0, 1)."""
    entries = [number for row in (*rows, (0, 0, 1)) for number in row]
    given = next((number for number in entries if isinstance(number, Tensor)), torch.zeros(()))
    like = given.new_zeros((), dtype=torch.float32)
    together = torch.broadcast_tensors(*(like + number for number in entries))
    return torch.stack(together, dim=-1).unflatten(-1, (3, 3))


def scale_and_shift(
    scale_x: Numbers, scale_y: Numbers, shift_x: Numbers, shift_y: Numbers
) -> Float32[Tensor, "*n 3 3"]:
    """x becomes scale_x x + shift_x, and y alike."""
    return matrix(((scale_x, 0, shift_x), (0, scale_y, shift_y)))


def about_center(moves: Float32[Tensor, "*n 3 3"], size: Pair) -> Float32[Tensor, "*n 3 3"]:
    """The same move about the middle of an image instead of its upper left corner."""
    height, width = size
    back = scale_and_shift(1, 1, width / 2, height / 2).to(moves.device)
    there = scale_and_shift(1, 1, -width / 2, -height / 2).to(moves.device)
    return back @ moves @ there


def moved_boxes(
    boxes: Float[Tensor, "m 4"], move: Float32[Tensor, "3 3"], size: Pair
) -> Float[Tensor, "m 4"]:
    """The upright boxes about the moved ones, cut at the border of an image of this size."""
    first, last = boxes[:, :2], boxes[:, 2:]
    # Turned, the line that is left of a box outside the image would have an area again.
    last = torch.where((last > first).all(dim=1, keepdim=True), last, first)
    corners = torch.cat((first, last), dim=1)[:, [0, 1, 2, 1, 0, 3, 2, 3]].unflatten(1, (4, 2))
    move = move.to(boxes.dtype)
    corners = corners @ move[:2, :2].T + move[:2, 2]  # m corners (x, y)
    border = corners.new_tensor((size[1], size[0]))
    corners = corners.clamp(min=0).minimum(border)
    return torch.cat((corners.amin(dim=1), corners.amax(dim=1)), dim=1)
