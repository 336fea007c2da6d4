"""Pixels beyond the border of an image."""

import torch
from jaxtyping import Shaped
from torch import Tensor
from torch.nn.functional import pad

from course_lib.data.augmentation.ranges import Number, require_one_of
from course_lib.data.sizes import Pair

PADDING_MODES = ("constant", "reflect")


def padded(
    images: Shaped[Tensor, "n c h w"], margin: Pair, fill: Number = 0, mode: str = "constant"
) -> Shaped[Tensor, "n c more_h more_w"]:
    """Add a margin above and below, left and right: `fill`, or the image mirrored ("reflect").

    The mirror stands on the border pixels, which are not repeated.
    """
    require_one_of("padding_mode", mode, PADDING_MODES)
    vertical, horizontal = margin
    if mode == "constant":
        return pad(images, (horizontal, horizontal, vertical, vertical), value=fill)
    # torch's own reflection does not take uint8 in every version.
    rows = _mirrored(images.shape[2], vertical, images.device)
    columns = _mirrored(images.shape[3], horizontal, images.device)
    return images.index_select(2, rows).index_select(3, columns)


def _mirrored(length: int, margin: int, device: torch.device) -> Tensor:
    """Which pixel stands at each place of a padded row."""
    if margin >= length:
        raise ValueError(
            f"A margin of {margin} pixels cannot mirror an image of {length}; it may be at most "
            f"{length - 1}."
        )
    places = torch.arange(-margin, length + margin, device=device).abs()
    return length - 1 - (length - 1 - places).abs()
