"""Handwritten digits as they are, gray and of 28x28, for experiments on nothing else."""

from dataclasses import dataclass

from jaxtyping import Int64, UInt8
from torch import Tensor

from course_lib.data import Centering, load, split_off
from course_lib.experiments.pieces.pictures import VALIDATION_SEED, Pictures

GrayExamples = tuple[UInt8[Tensor, "_ 1 28 28"], Int64[Tensor, "_"]]


@dataclass(frozen=True)
class GrayDigits(Pictures):
    """Pictures of one channel, without the frame and the colors of the others."""

    train: GrayExamples
    validation: GrayExamples

    @property
    def test(self) -> GrayExamples:
        images, labels = load(self.name, "test")
        device = self.train[1].device
        return images.to(device), labels.to(device)


def load_digits(name: str, device: str, num_validation: int, num_train: int) -> GrayDigits:
    """`num_train` digits of "mnist" or "mnist_5k", as many of each kind, or all that are left."""
    train, validation = split_off(*load(name, "train"), num_validation, VALIDATION_SEED)
    if num_train != len(train[1]):
        _, train = split_off(*train, num_train, VALIDATION_SEED)
    return GrayDigits(
        name,
        tuple(part.to(device) for part in train),
        tuple(part.to(device) for part in validation),
        Centering.channel_mean_and_deviation(train[0]),
    )
