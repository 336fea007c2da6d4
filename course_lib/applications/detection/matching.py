"""Which object, if any, each proposal is to learn from.

Sources: Girshick et al. 2014, section 2.3 (overlap of at least 0.5); Ren, He, Girshick & Sun
2015, "Faster R-CNN", section 3.1.2 (0.7, 0.3, and the best anchor of each object).
"""

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from course_lib.applications.detection.overlap import box_iou

BACKGROUND, IGNORED = -1, -2


def match_boxes(
    boxes: Float[Tensor, "n 4"],
    objects: Float[Tensor, "m 4"],
    positive: float = 0.5,
    negative: float = 0.5,
    keep_best: bool = False,
) -> Int64[Tensor, "n"]:
    """Give each box the index of its object, or BACKGROUND, or IGNORED.

    A box belongs to the object it overlaps most, if the intersection over union is at least
    `positive`; below `negative` it is background; between the two nothing is learned from it. With
    `keep_best` the box that overlaps an object most belongs to that object however little that
    is (all of them, if several do), so that no object goes without.
    """
    if not 0 <= negative <= positive <= 1:
        raise ValueError(
            f"positive is {positive} and negative {negative}; 0 <= negative <= positive <= 1."
        )
    matches = torch.full((len(boxes),), BACKGROUND, device=boxes.device)
    if len(boxes) == 0 or len(objects) == 0:
        return matches
    overlap = box_iou(boxes, objects)
    most, nearest = overlap.max(dim=1)
    matches[most >= negative] = IGNORED
    matches = torch.where((most >= positive) & (most > 0), nearest, matches)
    if keep_best:
        best = (overlap == overlap.amax(dim=0)) & (overlap > 0)
        # A box may be the best of two objects: it goes to the one it overlaps more.
        candidates = overlap.where(best, -1)
        matches = torch.where(best.any(dim=1), candidates.argmax(dim=1), matches)
    return matches


def sample_matches(
    matches: Int64[Tensor, "n"],
    num: int,
    positive_share: float,
    generator: Generator | None = None,
) -> Int64[Tensor, "chosen"]:
    """Draw at most `num` boxes to learn from, positives first, and return their indices.

    Background is all around: without a draw it would drown the objects. At most `positive_share`
    of `num` are positive; background fills up, as far as there is any.
    """
    if num < 1 or not 0 <= positive_share <= 1:
        raise ValueError(f"num is {num} (at least 1), positive_share {positive_share} (0 to 1).")
    positives = _draw(matches >= 0, int(num * positive_share), generator)
    background = _draw(matches == BACKGROUND, num - len(positives), generator)
    return torch.cat([positives, background])


def _draw(among: Tensor, num: int, generator: Generator | None) -> Int64[Tensor, "drawn"]:
    (indices,) = among.nonzero(as_tuple=True)
    order = torch.randperm(len(indices), generator=generator, device=indices.device)
    return indices[order[:num]]
