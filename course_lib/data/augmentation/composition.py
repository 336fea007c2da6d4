"""Augmentations out of augmentations: one after the other, or for some images only."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32, Int64, Integer, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import chosen, step_keys
from course_lib.data.augmentation.ranges import Number, require_probability
from course_lib.data.sizes import Pair


@dataclass(frozen=True, init=False)
class Compose(Augmentation):
    """One augmentation after the other, each with draws of its own."""

    steps: tuple[Augmentation, ...]

    def __init__(self, *steps: Augmentation):
        object.__setattr__(self, "steps", steps)

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c out_h out_w"]:
        for number, step in enumerate(self.steps):
            images = step.change(images, step_keys(keys, number))
        return images

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n out_h out_w"]:
        for number, step in enumerate(self.steps):
            maps = step.move_labels(maps, step_keys(keys, number), void)
        return maps

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        matrices, size = super().moves(keys, size)
        for number, step in enumerate(self.steps):
            later, size = step.moves(step_keys(keys, number), size)
            matrices = later @ matrices
        return matrices, size

    def carry_boxes(
        self, boxes: list[Float[Tensor, "_ 4"]], keys: Int64[Tensor, "n"], size: Pair
    ) -> tuple[list[Float[Tensor, "_ 4"]], Pair]:
        # Step by step, what left the image is gone; at once, a box turned twice grows only once.
        at_once, _ = super().carry_boxes(boxes, keys, size)
        for number, step in enumerate(self.steps):
            boxes, size = step.carry_boxes(boxes, step_keys(keys, number), size)
        return [_overlap(*pair) for pair in zip(boxes, at_once, strict=True)], size


@dataclass(frozen=True)
class RandomApply(Augmentation):
    """An augmentation that only some of the images get, each with this probability."""

    augmentation: Augmentation
    probability: Number = 0.5

    def __post_init__(self):
        require_probability(self.probability)

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        changed = self.augmentation.change(images, step_keys(keys, 0))
        return self._only_chosen(keys, changed, images)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n h w"]:
        moved = self.augmentation.move_labels(maps, step_keys(keys, 0), void)
        return self._only_chosen(keys, moved, maps)

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        matrices, _ = self.augmentation.moves(step_keys(keys, 0), size)
        return self._only_chosen(keys, matrices, super().moves(keys, size)[0]), size

    def carry_boxes(
        self, boxes: list[Float[Tensor, "_ 4"]], keys: Int64[Tensor, "n"], size: Pair
    ) -> tuple[list[Float[Tensor, "_ 4"]], Pair]:
        kept, _ = super().carry_boxes(boxes, keys, size)
        changed, _ = self.augmentation.carry_boxes(boxes, step_keys(keys, 0), size)
        mask = chosen(keys, self.probability).tolist()
        return [
            new if yes else old for new, old, yes in zip(changed, kept, mask, strict=True)
        ], size

    def _only_chosen(self, keys: Tensor, changed: Tensor, kept: Tensor) -> Tensor:
        if changed.shape != kept.shape:
            raise ValueError(
                f"{self.augmentation} makes {tuple(changed.shape)} of {tuple(kept.shape)}; "
                "images of one batch need one size, so give this one to all of them."
            )
        mask = chosen(keys, self.probability)
        return torch.where(mask.view(-1, *[1] * (kept.dim() - 1)), changed, kept)


def _overlap(boxes: Tensor, others: Tensor) -> Tensor:
    first = boxes[:, :2].maximum(others[:, :2])
    last = boxes[:, 2:].minimum(others[:, 2:])
    return torch.cat((first, last.maximum(first)), dim=1)
