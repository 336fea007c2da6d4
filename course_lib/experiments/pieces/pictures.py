"""The pictures an experiment learns from: a training set, cut, on the device, as bytes."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import Centering, load, split_off

VALIDATION_SEED = 0  # one cut for all seeds, so that their spread is that of training alone
SIDE = 32

Examples = tuple[UInt8[Tensor, "_ 3 h w"], Int64[Tensor, "_"]]


@dataclass(frozen=True)
class Pictures:
    """Bytes on the device, so that augmentation is cheap; the network centers them itself."""

    name: str
    train: Examples
    validation: Examples
    centering: Centering

    @property
    def test(self) -> Examples:
        """The test set, read now: look at it once, when all else is done."""
        images, labels = load(self.name, "test")
        device = self.train[1].device
        return in_color(images).to(device), labels.to(device)


def load_pictures(
    name: str, device: str, num_validation: int, num_train: int | None = None
) -> Pictures:
    """A set of 32x32 pictures; `num_train` of them, as many of each class, or all that are left.

    Digits of 28x28 get a frame and three equal colors, so `mnist_5k` can stand in for CIFAR-10.
    The centering, a mean and a deviation per channel, is that of the training pictures.
    """
    images, labels = load(name, "train")
    train, validation = split_off(in_color(images), labels, num_validation, VALIDATION_SEED)
    if num_train is not None and num_train != len(train[1]):
        _, train = split_off(*train, num_train, VALIDATION_SEED)
    centering = Centering.channel_mean_and_deviation(train[0])
    return Pictures(
        name,
        tuple(part.to(device) for part in train),
        tuple(part.to(device) for part in validation),
        centering,
    )


def in_color(images: UInt8[Tensor, "n c h w"]) -> UInt8[Tensor, "n 3 more_h more_w"]:
    """Gray pictures as red, green and blue alike, with a black frame up to 32x32."""
    missing = max(0, SIDE - images.shape[3])
    images = F.pad(images, (missing // 2, missing - missing // 2) * 2)
    return images.expand(-1, 3, -1, -1).contiguous()


class Centered(nn.Module):
    """A network that takes bytes: they are centered first, then `network` sees them."""

    def __init__(self, network: nn.Module, centering: Centering):
        super().__init__()
        self.network = network
        self.register_buffer("mean", centering.mean.float(), persistent=False)
        self.register_buffer("deviation", centering.deviation.float(), persistent=False)

    def forward(self, images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n classes"]:
        dtype = next(self.network.parameters()).dtype
        centered = (images.to(dtype) / 255 - self.mean.to(dtype)) / self.deviation.to(dtype)
        return self.network(centered)


def seeded(build, seed: int, device: torch.device | str) -> nn.Module:
    """A fresh network whose first weights follow from the seed alone."""
    torch.manual_seed(seed)
    return build().to(device)
