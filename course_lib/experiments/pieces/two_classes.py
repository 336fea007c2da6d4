"""Pictures of two classes in one size: ants and bees, or the digits 8 and 9 in their place."""

from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from course_lib.data import Centering, load, split_off
from course_lib.experiments.pieces.backbones import FIRST_DIGITS
from course_lib.experiments.pieces.pictures import VALIDATION_SEED, Examples, Pictures, in_color

DIGITS = "mnist_5k"


@dataclass(frozen=True)
class TwoClasses(Pictures):
    """`size` is the side of each picture in pixels."""

    size: int

    @property
    def test(self) -> Examples:
        device = self.train[1].device
        return tuple(part.to(device) for part in _read(self.name, "test", self.size))


def load_two_classes(
    name: str, size: int, device: str, num_validation: int, centering: Centering
) -> TwoClasses:
    """Training pictures, but for `num_validation`; centered as the network is used to."""
    parts = split_off(*_read(name, "train", size), num_validation, VALIDATION_SEED)
    train, validation = (tuple(each.to(device) for each in part) for part in parts)
    return TwoClasses(name, train, validation, centering, size)


def choose(labels: Int64[Tensor, "n"], num_per_class: int, seed: int) -> Int64[Tensor, "k"]:
    """The numbers of so many pictures of each of two classes, drawn by the seed."""
    numbers = torch.arange(len(labels))
    _, (chosen, _) = split_off(numbers, labels.cpu(), 2 * num_per_class, seed)
    return chosen


def _read(name: str, split: str, size: int) -> Examples:
    if name != DIGITS:
        return load(name, split, size=size)
    images, labels = load(name, split)
    chosen = labels >= FIRST_DIGITS
    return in_color(images[chosen]), labels[chosen] - FIRST_DIGITS
