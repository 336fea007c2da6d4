"""Show each image at a scale of its own. Lecture: sharif_2024, after ResNet.

Source: Simonyan & Zisserman 2014, section 3.1; He et al. 2015, section 3.4 (256 to 480).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32, Int64, Integer, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import integers, step_keys
from course_lib.data.augmentation.matrices import scale_and_shift
from course_lib.data.pixels import in_dtype, working_dtype
from course_lib.data.sizes import Pair, Size, pair

Axis = tuple[Int64[Tensor, "n"], Int64[Tensor, "n"]]


def resized_crop(
    images: Num[Tensor, "n c h w"],
    new_size: tuple[Int64[Tensor, "n"], Int64[Tensor, "n"]],
    corner: tuple[Int64[Tensor, "n"], Int64[Tensor, "n"]],
    size: Size,
) -> Num[Tensor, "n c crop_h crop_w"]:
    """Resize each image to (height, width) of its own and cut the window at (top, left) out.

    Only the window is computed: a row of it is a weighted sum of rows of the image, and so are
    its columns, which makes two matrix products. The weights are those of torch's bilinear
    `interpolate` with antialiasing.
    """
    values = images.to(working_dtype(images.dtype))
    rows, columns = (
        _weights(*axis, window, length).to(values.dtype)[:, None]
        for axis, window, length in zip(
            zip(new_size, corner, strict=True), pair(size, "size"), images.shape[-2:], strict=True
        )
    )
    return in_dtype(rows @ values @ columns.mT, images.dtype)  # n c crop_h crop_w


@dataclass(frozen=True)
class ScaleJitter(Augmentation):
    """Resize so that the shorter side has `shortest` to `longest` pixels; cut a window out.

    Every length alike, both ends included; then every place alike. The longer side keeps the
    proportion, rounded down as torchvision does.
    """

    shortest: int = 256
    longest: int = 480
    size: Size = 224

    def __post_init__(self):
        if not max(pair(self.size, "size")) <= self.shortest <= self.longest:
            raise ValueError(
                f"shortest is {self.shortest}, longest {self.longest} and size {self.size}; "
                "give size <= shortest <= longest."
            )

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c crop_h crop_w"]:
        new_size, corner = self._draw(keys, tuple(images.shape[-2:]))
        return resized_crop(images, new_size, corner, self.size)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n crop_h crop_w"]:
        new_size, corner = self._draw(keys, tuple(maps.shape[-2:]))
        rows, columns = (
            _sources(new, start, window, length).long()
            for new, start, window, length in zip(
                new_size, corner, pair(self.size, "size"), maps.shape[-2:], strict=True
            )
        )
        numbers = torch.arange(len(maps), device=maps.device)[:, None, None]
        return maps[numbers, rows[:, :, None], columns[:, None, :]]

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        (height, width), (top, left) = self._draw(keys, size)
        moves = scale_and_shift(width / size[1], height / size[0], -left, -top)
        return moves, pair(self.size, "size")

    def _draw(self, keys: Tensor, image: Pair) -> tuple[Axis, Axis]:
        """The new (height, width) and the (top, left) of the window."""
        (drawn,) = integers(keys, self.longest - self.shortest + 1)
        shorter = self.shortest + drawn
        new_size = tuple(shorter * length // min(image) for length in image)
        rooms = (
            new - window + 1 for new, window in zip(new_size, pair(self.size, "size"), strict=True)
        )
        return new_size, integers(step_keys(keys, 0), *rooms)


def _sources(new: Tensor, start: Tensor, window: int, length: int) -> Float[Tensor, "n {window}"]:
    """Where the middle of each pixel of the window lies in the image, in pixels."""
    places = torch.arange(window, device=new.device) + start[:, None] + 0.5
    return places * (length / new)[:, None]


def _weights(new: Tensor, start: Tensor, window: int, length: int) -> Tensor:
    """What each pixel of the image gives to each pixel of the window, (n, window, length).

    A triangle about the source, as wide as a pixel of the image or of the new image, whichever
    is wider: without the second, a smaller image would skip pixels.
    """
    middles = torch.arange(length, device=new.device) + 0.5
    distance = (middles - _sources(new, start, window, length)[:, :, None]).abs()
    width = (length / new).clamp(min=1)[:, None, None]
    triangle = (1 - distance / width).clamp(min=0)
    return triangle / triangle.sum(dim=2, keepdim=True)
