"""Cut a window of its own out of each image.

Lectures: kaist (windows of an image that is slightly larger than the network's input),
colorado_2024 and colorado_2025 (patches and their mirror images), michigan_2025 (shifts by up
to 2 pixels). Source: Krizhevsky et al. 2012, section 4.1 (224 out of 256); He et al. 2015,
section 4.2 (CIFAR: 4 pixels of padding, then 32 out of 40).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float32, Int64, Integer, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.borders import PADDING_MODES, padded
from course_lib.data.augmentation.keys import integers
from course_lib.data.augmentation.matrices import scale_and_shift
from course_lib.data.augmentation.ranges import Number, require_one_of
from course_lib.data.sizes import Pair, Size, pair


def num_crops(image_size: Size = 256, crop_size: Size = 224, mirror_images: bool = True) -> int:
    """Count the different windows of an image, each with its mirror image.

    224 out of 256 leaves 256 - 224 + 1 = 33 places in each direction, so 33 x 33 x 2 = 2,178.
    The paper and the lectures say 2,048: that is 32 x 32 x 2, with the last place forgotten.
    """
    image, window = pair(image_size, "image_size"), pair(crop_size, "crop_size")
    height, width = _places(image, window, (0, 0))
    return height * width * (2 if mirror_images else 1)


def crop(
    images: Num[Tensor, "n c h w"],
    top: Int64[Tensor, "n"],
    left: Int64[Tensor, "n"],
    size: Size,
    padding: Size = 0,
    fill: Number = 0,
    padding_mode: str = "constant",
) -> Num[Tensor, "n c crop_h crop_w"]:
    """The window of this size at (top, left) of each padded image.

    The padding is `fill`, or with padding_mode "reflect" the image mirrored at its border pixels.
    Raises ValueError for windows that reach beyond the padded image.
    """
    window, margin = pair(size, "size"), pair(padding, "padding", minimum=0)
    require_one_of("padding_mode", padding_mode, PADDING_MODES)
    places = _places(tuple(images.shape[-2:]), window, margin)
    for name, start, end in (("top", top, places[0]), ("left", left, places[1])):
        if len(start) and not (start.min() >= 0 and start.max() < end):
            raise ValueError(
                f"{name} goes from {start.min()} to {start.max()}; give 0 to {end - 1}."
            )
    return _windows(padded(images, margin, fill, padding_mode), top, left, window)


@dataclass(frozen=True)
class RandomCrop(Augmentation):
    """A window anywhere in the padded image, every place alike.

    `RandomCrop(224)` of 256 x 256 images is AlexNet's, `RandomCrop(32, padding=4)` CIFAR's.
    """

    size: Size
    padding: Size = 0
    fill: Number = 0
    padding_mode: str = "constant"

    def __post_init__(self):
        pair(self.size, "size")
        pair(self.padding, "padding", 0)
        require_one_of("padding_mode", self.padding_mode, PADDING_MODES)

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c crop_h crop_w"]:
        return self._cut(images, keys, self.fill)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n crop_h crop_w"]:
        return self._cut(maps[:, None], keys, void)[:, 0]

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        top, left = self._draw(keys, size)
        above, before = pair(self.padding, "padding", 0)
        return scale_and_shift(1, 1, before - left, above - top), pair(self.size, "size")

    def _cut(self, pixels: Tensor, keys: Tensor, fill: Number) -> Tensor:
        top, left = self._draw(keys, tuple(pixels.shape[-2:]))
        bordered = padded(pixels, pair(self.padding, "padding", 0), fill, self.padding_mode)
        return _windows(bordered, top, left, pair(self.size, "size"))

    def _draw(self, keys: Tensor, image: Pair) -> tuple[Tensor, Tensor]:
        window, margin = pair(self.size, "size"), pair(self.padding, "padding", 0)
        return integers(keys, *_places(image, window, margin))


@dataclass(frozen=True)
class RandomTranslation(Augmentation):
    """Shift by whole pixels, up to `pixels` up, down, left and right; the size stays.

    `RandomTranslation(2)` is michigan_2025's. What comes in from beyond the border is `fill`.
    """

    pixels: Size
    fill: Number = 0
    padding_mode: str = "constant"

    def __post_init__(self):
        self._as_crop((1, 1))

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        return self._as_crop(tuple(images.shape[-2:])).change(images, keys)

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n h w"]:
        return self._as_crop(tuple(maps.shape[-2:])).move_labels(maps, keys, void)

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        return self._as_crop(size).moves(keys, size)

    def _as_crop(self, size: Pair) -> RandomCrop:
        return RandomCrop(size, self.pixels, self.fill, self.padding_mode)


def _places(image: Pair, window: Pair, margin: Pair) -> Pair:
    """How many rows and columns a window can start in."""
    rows, columns = (
        pixels + 2 * border - taken + 1
        for pixels, border, taken in zip(image, margin, window, strict=True)
    )
    if min(rows, columns) < 1:
        raise ValueError(
            f"A crop of {window[0]} x {window[1]} does not fit into an image of {image[0]} x "
            f"{image[1]} with padding {margin}; take a smaller crop or more padding."
        )
    return rows, columns


def _windows(pixels: Tensor, top: Tensor, left: Tensor, window: Pair) -> Tensor:
    # A view that has every window of every image, of which one each is copied.
    every = pixels.unfold(2, window[0], 1).unfold(3, window[1], 1)  # n c tops lefts h w
    return every[torch.arange(len(pixels), device=pixels.device), :, top, left]
