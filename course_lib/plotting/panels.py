"""Many small pictures side by side on one scale."""

import math
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from course_lib.plotting.style import FAINT, SIGNED_COLORS, UNSIGNED_COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 128
WIDTH = 7.2  # inches: a page of the book
WIDEST = 1.7
LONGEST_ROW = 10


def values_of(tensor: Tensor, name: str) -> np.ndarray:
    """The numbers of a tensor, wherever it lies; ValueError where one is not finite."""
    values = tensor.detach().cpu().numpy()
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity; nothing can be drawn to scale.")
    return values


def lay_out(
    plt, pictures: np.ndarray, columns: int | None, name: str, text_height: float = 0.0
) -> tuple["Figure", list["Axes"]]:
    """A figure with a panel for each picture, and `text_height` inches for a title over each."""
    num, height, width = pictures.shape[:3]
    if not 1 <= num <= MOST_PANELS:
        raise ValueError(f"{name} holds {num} pictures; a figure shows 1 to {MOST_PANELS}.")
    if columns is None:
        columns = num if num <= LONGEST_ROW else math.ceil(num / math.ceil(num / 8))
    rows = math.ceil(num / columns)
    across = min(WIDTH / columns, WIDEST)
    down = across * height / width + text_height
    figure, axes = plt.subplots(
        rows, columns, figsize=(across * columns, down * rows), squeeze=False
    )
    figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.02)
    for axis in axes.flat[num:]:
        axis.remove()
    return figure, list(axes.flat[:num])


def frame(axis: "Axes", color: str = FAINT, width: float = 0.8) -> None:
    """A thin frame and no ticks: pixels are not a scale."""
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set(visible=True, color=color, linewidth=width)


def color_scale(values: np.ndarray) -> dict:
    """Colors for signed numbers around a white zero, else from a black zero."""
    largest = float(np.abs(values).max()) or 1.0
    if values.min() < 0:
        return {"cmap": SIGNED_COLORS, "vmin": -largest, "vmax": largest}
    return {"cmap": UNSIGNED_COLORS, "vmin": 0.0, "vmax": largest}


def add_color_bar(figure: "Figure", picture, axes: list["Axes"]) -> None:
    """A slim bar with the ends of the scale and, where it has signs, zero."""
    low, high = picture.get_clim()
    bar = figure.colorbar(picture, ax=axes, fraction=0.03, pad=0.015, aspect=18)
    ticks = (low, 0, high) if low < 0 else (low, high)
    bar.set_ticks(ticks, labels=[f"{tick:.2g}".replace("-", "−") for tick in ticks])
    bar.ax.tick_params(length=0)
    bar.outline.set(edgecolor=FAINT, linewidth=0.8)
