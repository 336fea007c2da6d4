"""Proposals on digit scenes: how good they are, made by the network too, and kept in a file."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from course_lib.applications.detection import FasterRCNN, Objects, Scenes, proposal_recall

OVERLAPS = (0.5, 0.75)

Boxes = Sequence[Tensor]


@torch.inference_mode()
def propose(detector: FasterRCNN, scenes: Scenes) -> tuple[Tensor, ...]:
    """The boxes that the region proposal network hands to the second stage."""
    detector.eval()
    features = detector.second_stage.maps_of(scenes.images)
    guesses = (*detector.first_stage(features), detector.first_stage.anchors(features))
    return detector.first_stage.propose(*guesses, scenes.size)


def proposal_quality(proposals: Boxes, objects: Sequence[Objects], seconds: float | None) -> dict:
    """How many boxes an image gets, which share of the objects they overlap, how long it takes.

    Windows are the same for all images, so they take no time.
    """
    recall = {
        f"recall_{overlap:.0%}".strip("%"): round(proposal_recall(proposals, objects, overlap), 6)
        for overlap in OVERLAPS
    }
    boxes = round(sum(map(len, proposals)) / len(proposals), 2)
    return {"boxes_per_image": boxes, **recall, "seconds_per_image": seconds and round(seconds, 6)}


def save_boxes(folder: Path, boxes: dict[str, Boxes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"{split}.{k}": each for split in boxes for k, each in enumerate(boxes[split])}
    save_file(tensors, folder / "boxes.safetensors")


def load_boxes(folder: Path, split: str) -> tuple[Tensor, ...]:
    tensors = load_file(folder / "boxes.safetensors")
    count = sum(name.startswith(f"{split}.") for name in tensors)
    return tuple(tensors[f"{split}.{k}"] for k in range(count))
