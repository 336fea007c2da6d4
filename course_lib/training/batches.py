"""The batches of an epoch: in a seeded order, each image changed by draws of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Int64, Num
from torch import Generator, Tensor

from course_lib.data.augmentation import Augmentation, sample_keys
from course_lib.training import processes

Examples = tuple[Num[Tensor, "_ *image"], Int64[Tensor, "_"]]


class Batch(NamedTuple):
    """The share of a batch that this process computes, all of it if there is but one."""

    images: Num[Tensor, "n *image"]
    labels: Int64[Tensor, "n"]
    num_in_all: int  # in the whole batch

    def parts(self, num: int) -> Iterator[Examples]:
        """The share in `num` parts that differ by one image at most; none of them is empty."""
        pieces = zip(self.images.tensor_split(num), self.labels.tensor_split(num), strict=True)
        return (piece for piece in pieces if len(piece[1]))


@dataclass(frozen=True)
class Batches:
    """A training set as it is gone through, epoch by epoch; `shuffle` draws the orders.

    What becomes of an image follows from the seed, the epoch and its place in the set, so it does
    not depend on the batch it lies in, nor on the process that computes it.
    """

    train: Examples
    batch_size: int
    seed: int
    shuffle: Generator
    augment: Augmentation | None = None

    def __len__(self) -> int:
        return -(-len(self.train[1]) // self.batch_size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """Every example once, in an order of this epoch's own; the last batch may be smaller."""
        order = torch.randperm(len(self.train[1]), generator=self.shuffle)
        for chosen in order.to(self.train[1].device).split(self.batch_size):
            yield Batch(*self._examples(processes.share(chosen), number), len(chosen))

    def _examples(self, chosen: Int64[Tensor, "n"], epoch: int) -> Examples:
        images, labels = (part[chosen] for part in self.train)
        if self.augment is not None and len(labels):
            images = self.augment(images, keys=sample_keys(self.seed, epoch, chosen))
        return images, labels
