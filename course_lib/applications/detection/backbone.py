"""The convolutional maps that Fast R-CNN, the region proposal network and YOLO look at.

A pretrained VGG-16 has this place in the papers; here a network of the same kind, small enough to
learn from nothing on a CPU: 3x3 convolutions with batch normalization, twice as many channels
after each pooling.
"""

from jaxtyping import Float, UInt8
from torch import Tensor, nn


def backbone(stride: int = 4, channels: int = 1, width: int = 16) -> "Backbone":
    """A network whose maps are `stride` (2, 4, 8, …) times smaller than the image.

    It has 2, 4, 8, … times `width` maps; they stop growing at 4 times.
    """
    if stride < 2 or stride & (stride - 1):
        raise ValueError(f"stride is {stride}; it must be a power of 2, from 2 on.")
    return Backbone(stride, channels, width)


class Backbone(nn.Sequential):
    def __init__(self, stride: int, channels: int, width: int):
        layers, maps = list(_convolution(channels, width)), width
        for halving in range(stride.bit_length() - 1):
            wider = width * min(2 ** (halving + 1), 4)
            layers += [nn.MaxPool2d(2), *_convolution(maps, wider)]
            maps = wider
        super().__init__(*layers, *_convolution(maps, maps))
        self.stride, self.num_maps = stride, maps

    def forward(
        self, images: UInt8[Tensor, "n channels h w"]
    ) -> Float[Tensor, "n maps map_h map_w"]:
        return super().forward(unit_range(images))


def unit_range(images: UInt8[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
    """Bytes as numbers from 0 to 1."""
    return images.float() / 255


def _convolution(channels_in: int, channels_out: int) -> tuple[nn.Module, ...]:
    # No bias: batch normalization takes the mean away, and brings a bias of its own.
    convolution = nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(channels_out), nn.ReLU()
