"""The weights of a convolution as pictures."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from torch import Tensor

from course_lib.plotting.panels import (
    WIDTH,
    add_color_bar,
    color_scale,
    frame,
    lay_out,
    values_of,
)
from course_lib.plotting.style import FAINT, MUTED, SIGNED_COLORS, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LARGEST_TABLE = 64  # channels on a side; more are specks


def plot_filters(
    weight: Float[Tensor, "channels_out channels_in kh kw"], columns: int | None = None
) -> "Figure":
    """Draw every filter of a convolution on one scale; zero is white, positive red.

    Filters over 3 channels are drawn in color, as they see RGB images: zero is gray there.
    Filters over more channels make a table, a row per output and a column per input channel.
    """
    values = values_of(weight, "weight")
    if values.shape[1] == 1:
        return _plot_row(values[:, 0], columns)
    if values.shape[1] == 3:
        return _plot_colors(values, columns)
    return _plot_table(values)


def _plot_row(filters: np.ndarray, columns: int | None) -> "Figure":
    with house_style() as plt:
        figure, axes = lay_out(plt, filters, columns, "weight")
        for axis, values in zip(axes, filters, strict=True):
            picture = axis.imshow(values, **_scale(filters))
            frame(axis)
        add_color_bar(figure, picture, axes)
        return figure


def _plot_colors(filters: np.ndarray, columns: int | None) -> "Figure":
    colors = 0.5 + filters.transpose(0, 2, 3, 1) / (2 * _scale(filters)["vmax"])
    with house_style() as plt:
        figure, axes = lay_out(plt, colors, columns, "weight")
        for axis, picture in zip(axes, colors, strict=True):
            axis.imshow(picture.clip(0, 1))
            frame(axis)
        return figure


def _plot_table(filters: np.ndarray) -> "Figure":
    """One picture of all tiles: a panel for each would take minutes to lay out."""
    channels_out, channels_in, height, width = filters.shape
    if max(channels_out, channels_in) > LARGEST_TABLE:
        raise ValueError(
            f"weight has {channels_out} x {channels_in} filters; a figure shows at most "
            f"{LARGEST_TABLE} a side. Choose some: weight[:16, :16]."
        )
    sheet = filters.transpose(0, 2, 1, 3).reshape(channels_out * height, channels_in * width)
    tile = min(WIDTH / channels_in, 0.4)
    with house_style() as plt:
        figure, axis = plt.subplots(
            figsize=(tile * channels_in + 1.2, tile * channels_out * height / width + 0.6)
        )
        picture = axis.imshow(sheet, **_scale(filters))
        _rule(axis, filters.shape)
        add_color_bar(figure, picture, [axis])
        return figure


def _rule(axis: "Axes", shape: tuple[int, ...]) -> None:
    """Lines between the tiles and the numbers of the channels beside them."""
    channels_out, channels_in, height, width = shape
    for row in range(1, channels_out):
        axis.axhline(row * height - 0.5, color=MUTED, linewidth=0.6)
    for column in range(1, channels_in):
        axis.axvline(column * width - 0.5, color=MUTED, linewidth=0.6)
    step = -(-max(channels_out, channels_in) // 16)
    inputs, outputs = range(0, channels_in, step), range(0, channels_out, step)
    axis.set_xticks([(number + 0.5) * width - 0.5 for number in inputs], labels=inputs)
    axis.set_yticks([(number + 0.5) * height - 0.5 for number in outputs], labels=outputs)
    axis.tick_params(length=0)
    axis.set(xlabel="input channel", ylabel="output channel")
    axis.spines[:].set(visible=True, color=FAINT)


def _scale(filters: np.ndarray) -> dict:
    """Weights have signs, even where those of one layer happen to be positive."""
    largest = color_scale(filters)["vmax"]
    return {"cmap": SIGNED_COLORS, "vmin": -largest, "vmax": largest}
