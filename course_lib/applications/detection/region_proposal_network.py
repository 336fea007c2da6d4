"""The region proposal network: a small network slides over the maps and asks "an object here?".

Paper: Ren, He, Girshick & Sun 2015, "Faster R-CNN", section 3.1.
Differs from the paper: one logistic score for each anchor where the paper has two and a softmax
(a footnote allows it); both losses are divided by the number of anchors drawn (the paper's 1/256
and 10/2400 are nearly equal, too); sizes, ratios and counts are those of digits on a canvas.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_lib.applications.detection.anchors import anchor_boxes
from course_lib.applications.detection.box_offsets import decode_boxes, encode_boxes
from course_lib.applications.detection.boxes import (
    Boxes,
    clip_boxes_to_image,
    inside_image,
    remove_small_boxes,
)
from course_lib.applications.detection.matching import BACKGROUND, match_boxes, sample_matches
from course_lib.applications.detection.scenes import Objects
from course_lib.applications.detection.suppression import nms

POSITIVE, NEGATIVE = 0.7, 0.3
NUM_DRAWN, POSITIVE_SHARE = 64, 0.5  # anchors an image; the paper's 256 are for 20,000 anchors
NUM_BEFORE, NUM_AFTER, OVERLAP = 200, 40, 0.7  # proposals before and after suppression


class RegionProposalNetwork(nn.Module):
    """Two sibling outputs at each place of the maps: is there an object, and where exactly."""

    def __init__(
        self,
        num_maps: int,
        stride: int,
        sizes: tuple[float, ...] = (12.0, 18.0, 26.0),
        ratios: tuple[float, ...] = (1.0, 1.5, 3.0),
    ):
        super().__init__()
        self.stride, self.sizes, self.ratios = stride, sizes, ratios
        num_anchors = len(sizes) * len(ratios)
        self.window = nn.Conv2d(num_maps, num_maps, kernel_size=3, padding=1)
        self.objectness = nn.Conv2d(num_maps, num_anchors, kernel_size=1)
        self.offsets = nn.Conv2d(num_maps, num_anchors * 4, kernel_size=1)
        for layer in self.children():
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)

    def forward(
        self, features: Float[Tensor, "n maps map_h map_w"]
    ) -> tuple[Float[Tensor, "n anchors"], Float[Tensor, "n anchors 4"]]:
        """Objectness and offsets in the order of `anchors`."""
        x = F.relu(self.window(features))  # n  maps  map_h  map_w
        objectness = self.objectness(x).permute(0, 2, 3, 1)  # n  map_h  map_w  k
        offsets = self.offsets(x).permute(0, 2, 3, 1)  # n  map_h  map_w  k * 4
        return objectness.flatten(1), offsets.reshape(len(x), -1, 4)

    def anchors(self, features: Float[Tensor, "n maps map_h map_w"]) -> Float[Tensor, "anchors 4"]:
        size = (features.shape[2], features.shape[3])
        return anchor_boxes(size, self.stride, self.sizes, self.ratios).to(features.device)

    def losses(
        self,
        objectness: Float[Tensor, "n anchors"],
        offsets: Float[Tensor, "n anchors 4"],
        anchors: Float[Tensor, "anchors 4"],
        objects: Sequence[Objects],
        image_size: tuple[int, int],
        generator: Generator | None = None,
    ) -> dict[str, Float[Tensor, ""]]:
        """The terms 'objectness' and 'proposal box' (equation 1), means over the images."""
        usable = inside_image(anchors, image_size)
        terms = [
            _image_loss(*answers, anchors, usable, truth, generator)
            for *answers, truth in zip(objectness, offsets, objects, strict=True)
        ]
        for_objectness, for_boxes = zip(*terms, strict=True)
        return {
            "objectness": torch.stack(for_objectness).mean(),
            "proposal box": torch.stack(for_boxes).mean(),
        }

    @torch.no_grad()
    def propose(
        self,
        objectness: Float[Tensor, "n anchors"],
        offsets: Float[Tensor, "n anchors 4"],
        anchors: Float[Tensor, "anchors 4"],
        image_size: tuple[int, int],
    ) -> tuple[Boxes, ...]:
        """Return the most likely boxes of each image, best first, without near-duplicates."""
        return tuple(
            _image_proposals(scores, decode_boxes(anchors, moves), image_size)
            for scores, moves in zip(objectness, offsets, strict=True)
        )


def _image_loss(
    objectness: Float[Tensor, "anchors"],
    offsets: Float[Tensor, "anchors 4"],
    anchors: Float[Tensor, "anchors 4"],
    usable: Bool[Tensor, "anchors"],
    truth: Objects,
    generator: Generator | None,
) -> tuple[Tensor, Tensor]:
    """Learn from anchors that lie inside the image; those across its edge never converge."""
    matches = match_boxes(anchors[usable], truth.boxes, POSITIVE, NEGATIVE, keep_best=True)
    chosen = sample_matches(matches, NUM_DRAWN, POSITIVE_SHARE, generator)
    matches, anchors = matches[chosen], anchors[usable][chosen]
    objectness, offsets = objectness[usable][chosen], offsets[usable][chosen]
    on_object = matches != BACKGROUND
    wanted = encode_boxes(anchors[on_object], truth.boxes[matches[on_object]])
    num_drawn = max(len(chosen), 1)
    asked = F.binary_cross_entropy_with_logits(objectness, on_object.float(), reduction="sum")
    moved = F.smooth_l1_loss(offsets[on_object], wanted, reduction="sum")
    return asked / num_drawn, moved / num_drawn


def _image_proposals(
    scores: Float[Tensor, "anchors"], boxes: Boxes, image_size: tuple[int, int]
) -> Boxes:
    best = scores.argsort(descending=True, stable=True)[:NUM_BEFORE]
    boxes, scores = clip_boxes_to_image(boxes[best], image_size), scores[best]
    kept = remove_small_boxes(boxes, min_size=1.0)
    boxes, scores = boxes[kept], scores[kept]
    return boxes[nms(boxes, scores, OVERLAP)[:NUM_AFTER]]
