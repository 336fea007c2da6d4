"""Change brightness, contrast, saturation and hue. Lectures: kaist (jitter), sharif_2024.

Each function takes one number per image. Formulas and factors are torchvision's, where one
number changes the whole batch. Images of one channel have neither saturation nor hue.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float32, Int64, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import uniform
from course_lib.data.augmentation.ranges import Number, require_not_negative
from course_lib.data.pixels import from_pixels, to_pixels

# How much red, green and blue add to the impression of light (ITU-R BT.601).
LUMA = (0.2989, 0.587, 0.114)


def adjust_brightness(
    images: Num[Tensor, "n c h w"], factor: Float32[Tensor, "n"]
) -> Num[Tensor, "n c h w"]:
    """Multiply each image by its factor: 0 is black, 1 leaves it as it is."""
    values = from_pixels(images)
    return to_pixels(values * _per_image(factor, values), images.dtype)


def adjust_contrast(
    images: Num[Tensor, "n c h w"], factor: Float32[Tensor, "n"]
) -> Num[Tensor, "n c h w"]:
    """Move each pixel away from the image's mean gray: 0 is all gray, 1 leaves it as it is."""
    values = from_pixels(images)
    mean = gray(values).mean(dim=(1, 2, 3), keepdim=True)
    return to_pixels(mean + (values - mean) * _per_image(factor, values), images.dtype)


def adjust_saturation(
    images: Num[Tensor, "n c h w"], factor: Float32[Tensor, "n"]
) -> Num[Tensor, "n c h w"]:
    """Move each pixel away from its own gray: 0 is gray, 1 leaves it as it is."""
    values = from_pixels(images)
    grays = gray(values)
    return to_pixels(grays + (values - grays) * _per_image(factor, values), images.dtype)


def adjust_hue(
    images: Num[Tensor, "n c h w"], shift: Float32[Tensor, "n"]
) -> Num[Tensor, "n c h w"]:
    """Turn each color on the color wheel: 1/3 makes red green, 1 is a whole turn."""
    if _num_colors(images) == 1:
        return images
    values = from_pixels(images)
    lightest, darkest = values.amax(1, keepdim=True), values.amin(1, keepdim=True)
    wheel = (_hue(values) + 6 * _per_image(shift, values)).remainder(6)
    # Each channel is a trapezoid around the wheel: red is highest about 0, green 2, blue 4.
    distance = torch.cat([_around(wheel - place) for place in (0, 2, 4)], dim=1)
    turned = lightest - (lightest - darkest) * (distance - 1).clamp(0, 1)
    return to_pixels(turned, images.dtype)


def gray(values: Float[Tensor, "n c h w"]) -> Float[Tensor, "n 1 h w"]:
    """How light each pixel is."""
    if _num_colors(values) == 1:
        return values
    red, green, blue = values.split(1, dim=1)
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


@dataclass(frozen=True)
class ColorJitter(Augmentation):
    """Draw a factor from 1 - x to 1 + x for each of brightness, contrast and saturation.

    A factor is at least 0. The hue is shifted by -hue to +hue. Always in this order, where
    torchvision's class of this name draws the order as well.
    """

    brightness: Number = 0
    contrast: Number = 0
    saturation: Number = 0
    hue: Number = 0

    def __post_init__(self):
        require_not_negative(**vars(self))
        if self.hue > 0.5:
            raise ValueError(f"hue is {self.hue}; 0.5, half the color wheel, is the most.")

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        draws = uniform(keys, 4)
        values = from_pixels(images)  # rounded once, at the end
        for number, (adjust, strength) in enumerate(
            (
                (adjust_brightness, self.brightness),
                (adjust_contrast, self.contrast),
                (adjust_saturation, self.saturation),
            )
        ):
            if strength:
                low, high = max(0.0, 1 - strength), 1 + strength
                values = adjust(values, low + (high - low) * draws[:, number])
        if self.hue:
            values = adjust_hue(values, self.hue * (2 * draws[:, 3] - 1))
        return to_pixels(values, images.dtype)


def _hue(values: Tensor) -> Tensor:
    """Where each color lies on the wheel, 0 to 6 from red over green (2) and blue (4) to red."""
    red, green, blue = values.split(1, dim=1)
    lightest = values.amax(1, keepdim=True)
    chroma = lightest - values.amin(1, keepdim=True)
    chroma = torch.where(chroma == 0, 1, chroma)  # a gray has no hue, and needs none
    from_blue = 4 + (red - green) / chroma
    from_green = torch.where(lightest == green, 2 + (blue - red) / chroma, from_blue)
    return torch.where(lightest == red, (green - blue) / chroma, from_green)


def _around(steps: Tensor) -> Tensor:
    """The shorter way around a wheel of 6 steps, 0 to 3."""
    return 3 - (steps.remainder(6) - 3).abs()


def _per_image(numbers: Tensor, values: Tensor) -> Tensor:
    return numbers.to(values.dtype)[:, None, None, None]


def _num_colors(images: Tensor) -> int:
    if images.shape[1] not in (1, 3):
        raise ValueError(f"images has {images.shape[1]} channels; colors need 1 (gray) or 3 (RGB).")
    return images.shape[1]
