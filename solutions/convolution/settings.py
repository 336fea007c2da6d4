"""The settings that the cases of this assignment are made of, and numbers drawn for them.

Drawn numbers have two decimals and are all different: they read well in a message, and no window
has two largest pixels.
"""

import random
import zlib
from dataclasses import dataclass

import torch
from torch import Tensor

Pair = tuple[int, int]
Sides = tuple[int, int, int, int]


@dataclass(frozen=True)
class Setting:
    """Where a kernel lands on images. Pairs are (vertical, horizontal), padding goes
    (top, bottom, left, right)."""

    name: str
    idea: str
    image: Pair
    kernel: Pair
    stride: Pair = (1, 1)
    padding: Sides = (0, 0, 0, 0)
    dilation: Pair = (1, 1)
    batch: int = 1
    channels: Pair = (2, 2)  # in, out; pooling takes the first
    negative: bool = False  # pixels below zero only
    visible: bool = False

    @property
    def output(self) -> Pair:
        height, width = (
            (self.image[i] + self.padding[2 * i] + self.padding[2 * i + 1] - self.reach[i])
            // self.stride[i]
            + 1
            for i in range(2)
        )
        return height, width

    @property
    def reach(self) -> Pair:
        """How many pixels the kernel reaches across."""
        down, across = (d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return down, across


def drawn(seed: int, what: str, *shape: int, negative: bool = False) -> Tensor:
    """A float64 tensor of different numbers from -9.99 to 9.99, never 0."""
    # Python's own generator gives the same numbers everywhere; torch's differ between machines.
    generator = random.Random(zlib.crc32(f"{seed} {what}".encode()))
    largest = 0 if negative else 1000
    numbers = [number for number in range(-999, largest) if number]
    count = torch.Size(shape).numel()
    return torch.tensor(generator.sample(numbers, count), dtype=torch.float64).view(shape) / 100
