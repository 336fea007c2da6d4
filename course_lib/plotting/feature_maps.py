"""What a layer made of one image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxtyping import Num
from torch import Tensor

from course_lib.plotting.panels import (
    add_color_bar,
    color_scale,
    frame,
    lay_out,
    values_of,
)
from course_lib.plotting.style import SMALL, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_feature_maps(
    maps: Num[Tensor, "*one channels h w"],
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    own_scale: bool = False,
) -> "Figure":
    """Draw the maps of one image, each under its title or its channel's number.

    Where a map is negative, all have a white zero, red above and blue below; else zero is
    black. One scale serves all, so that they can be compared; with `own_scale=True` each map has
    its own, and its own colors.
    """
    values = values_of(_of_one_image(maps), "maps")
    titles = [str(number) for number in range(len(values))] if titles is None else titles
    if len(titles) != len(values):
        raise ValueError(f"titles has {len(titles)} entries for {len(values)} maps.")
    shared = color_scale(values)
    with house_style() as plt:
        figure, axes = lay_out(plt, values, columns, "maps", 0.18)
        for axis, channel, title in zip(axes, values, titles, strict=True):
            picture = axis.imshow(channel, **(color_scale(channel) if own_scale else shared))
            frame(axis)
            axis.set_title(title, fontsize=SMALL, pad=3)
        if not own_scale:
            add_color_bar(figure, picture, axes)
        return figure


def _of_one_image(maps: Tensor) -> Tensor:
    if maps.ndim == 4 and len(maps) == 1:
        return maps[0]
    if maps.ndim != 3:
        raise ValueError(
            f"maps has shape {tuple(maps.shape)}; it must be the maps of one image, "
            "(channels, h, w). Choose an image: maps[0]."
        )
    return maps
