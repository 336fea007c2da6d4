"""What a detector learns from and is measured on: pictures and the objects in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor

from course_lib.applications.detection.boxes import Boxes, require_boxes


@dataclass(frozen=True)
class Objects:
    """The ground truth of one image: a box and a class 0, 1, … for each object.

    `difficult` marks those that even a person may miss; a measurement passes over them.
    """

    boxes: Float[Tensor, "n 4"]
    labels: Int64[Tensor, "n"]
    difficult: Bool[Tensor, "n"] | None = None

    def __post_init__(self):
        require_boxes("boxes", self.boxes)
        for name in ("labels", "difficult"):
            given = getattr(self, name)
            if given is not None and given.shape != (len(self.boxes),):
                raise ValueError(
                    f"{name} has shape {tuple(given.shape)}; {len(self.boxes)} boxes need one each."
                )
        if len(self.labels) and self.labels.min() < 0:
            raise ValueError(f"labels start at 0, but one is {int(self.labels.min())}.")

    def to(self, device: torch.device | str) -> "Objects":
        difficult = None if self.difficult is None else self.difficult.to(device)
        return Objects(self.boxes.to(device), self.labels.to(device), difficult)


def require_classes(objects: Sequence[Objects], num_classes: int) -> None:
    """Raise ValueError where an object is of a class that a detector does not have."""
    for truth in objects:
        if len(truth.labels) and truth.labels.max() >= num_classes:
            raise ValueError(
                f"objects has the label {int(truth.labels.max())}; this detector has "
                f"{num_classes} classes, 0 to {num_classes - 1}."
            )


def require_one_each(name: str, given: Sequence, objects: Sequence[Objects]) -> None:
    """Raise ValueError where answers and ground truth are not of the same number of images."""
    if len(given) != len(objects):
        raise ValueError(f"{name} is of {len(given)} images, objects of {len(objects)}.")


@dataclass(frozen=True)
class Scenes:
    """Images of one size, with their objects and proposals, where these are known."""

    images: UInt8[Tensor, "n c h w"]
    objects: tuple[Objects, ...] | None = None
    proposals: tuple[Boxes, ...] | None = None

    def __post_init__(self):
        for name in ("objects", "proposals"):
            given = getattr(self, name)
            if given is not None and len(given) != len(self.images):
                raise ValueError(f"{name} has {len(given)} entries for {len(self.images)} images.")

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the images, in pixels."""
        return self.images.shape[2], self.images.shape[3]

    def take(self, indices: Sequence[int]) -> "Scenes":
        """The scenes of these indices, in this order."""
        chosen = list(indices)
        parts = {
            name: tuple(getattr(self, name)[index] for index in chosen)
            for name in ("objects", "proposals")
            if getattr(self, name) is not None
        }
        return replace(self, images=self.images[chosen], **parts)

    def to(self, device: torch.device | str) -> "Scenes":
        parts = {
            name: tuple(part.to(device) for part in getattr(self, name))
            for name in ("objects", "proposals")
            if getattr(self, name) is not None
        }
        return replace(self, images=self.images.to(device), **parts)

    def known(self, name: str) -> tuple:
        """`objects` or `proposals`, or an error that says how to get them."""
        given = getattr(self, name)
        if given is None:
            remedy = {
                "objects": "a loss needs the ground truth",
                "proposals": "this detector does not find its own: with_proposals(scenes, …)",
            }
            raise ValueError(f"These scenes have no {name}; {remedy[name]}.")
        return given
