"""What a box regressor learns: not the box, but how to move and stretch a proposal onto it.

With a proposal P and the wanted box G, both as center x, y, width w and height h,

    t_x = (G_x - P_x) / P_w    t_y = (G_y - P_y) / P_h
    t_w = log(G_w / P_w)       t_h = log(G_h / P_h)

so a shift counts in widths of the proposal and a stretch in factors: the same numbers serve
small and large objects.
Paper: Girshick, Donahue, Darrell & Malik 2014, "Rich feature hierarchies for accurate object
detection and semantic segmentation", appendix C, equations 1 to 4 (decoding) and 6 to 9
(encoding).
Differs from the paper: `deviations` divides the targets, so that the network's outputs are about
as large as 1 (Girshick 2015, section 2.3, asks for unit variance); a stretch is at most
1000/16-fold, so that an untrained network makes no infinite boxes.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.applications.detection.boxes import require_boxes

LARGEST_STRETCH = math.log(1000 / 16)
Deviations = tuple[float, float, float, float]


def encode_boxes(
    proposals: Float[Tensor, "n 4"],
    boxes: Float[Tensor, "n 4"],
    deviations: Deviations = (1.0, 1.0, 1.0, 1.0),
) -> Float[Tensor, "n 4"]:
    """Find the offsets (t_x, t_y, t_w, t_h) that move each proposal onto the box of its row.

    Raises ValueError where one of them has no width or no height.
    """
    for name, given in (("proposals", proposals), ("boxes", boxes)):
        require_boxes(name, given)
        if not (given[:, 2:] > given[:, :2]).all():
            raise ValueError(
                f"{name} has a box without width or height, which has no logarithm. "
                "Leave out what remove_small_boxes does not keep."
            )
    center, size = _center_and_size(proposals)
    wanted_center, wanted_size = _center_and_size(boxes)
    offsets = torch.cat([(wanted_center - center) / size, (wanted_size / size).log()], dim=1)
    return offsets / offsets.new_tensor(deviations)


def decode_boxes(
    proposals: Float[Tensor, "*#n 4"],
    offsets: Float[Tensor, "*#n 4"],
    deviations: Deviations = (1.0, 1.0, 1.0, 1.0),
) -> Float[Tensor, "*n 4"]:
    """Move and stretch the proposals: the inverse of `encode_boxes`.

    For offsets of every class, (n, classes, 4), give proposals as (n, 1, 4).
    """
    shift, stretch = (offsets * offsets.new_tensor(deviations)).split(2, dim=-1)
    center, size = _center_and_size(proposals)
    center = center + shift * size
    size = size * stretch.clamp(max=LARGEST_STRETCH).exp()
    return torch.cat([center - size / 2, center + size / 2], dim=-1)


def _center_and_size(boxes: Float[Tensor, "*n 4"]) -> tuple[Tensor, Tensor]:
    first, second = boxes.split(2, dim=-1)
    return (first + second) / 2, second - first
