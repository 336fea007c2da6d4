"""Drawings of what a layer does, made from the numbers it really computes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Num
from torch import Tensor

from course_lib.plotting.style import ACCENT, INK, MUTED, SMALL, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CELL_INCHES = 0.55
GAP = 1.0  # between two grids, in cells
ROW_HEIGHT = 2.3  # of one stride, in cells
SHEET = 0.04  # how far one map stands behind the other


class Panel(NamedTuple):
    """A grid of numbers with one window marked: (first row, first column, height, width)."""

    values: Num[Tensor, "h w"]
    title: str
    window: tuple[int, int, int, int]


def draw_convolution(
    image: Num[Tensor, "h w"],
    kernel: Num[Tensor, "kh kw"],
    output: Num[Tensor, "out_h out_w"],
    at: tuple[int, int] = (0, 0),
    stride: int = 1,
) -> "Figure":
    """The image with one window marked, the filter, and the output with its number marked."""
    window = (at[0] * stride, at[1] * stride, *kernel.shape)
    return _draw_panels(
        Panel(image, "image", window),
        Panel(kernel, "filter", (0, 0, *kernel.shape)),
        Panel(output, "output", (*at, 1, 1)),
    )


def draw_pooling(
    image: Num[Tensor, "h w"],
    kernel_size: int,
    output: Num[Tensor, "out_h out_w"],
    at: tuple[int, int] = (0, 0),
    stride: int = 1,
) -> "Figure":
    """The image with one pooling window marked, and the output with its number marked."""
    window = (at[0] * stride, at[1] * stride, kernel_size, kernel_size)
    return _draw_panels(Panel(image, "input", window), Panel(output, "output", (*at, 1, 1)))


def draw_strides(size: int, kernel_size: int, strides: Sequence[int], padding: int = 0) -> "Figure":
    """One row of pixels per stride, and the places where the filter stops.

    Pixels that no window reaches are crossed out: at the end, where the stride does not fit, and
    between the windows, where it is larger than the filter.
    """
    with house_style() as plt:
        figure, axis = plt.subplots()
        for row, stride in enumerate(strides):
            _draw_stride(axis, row * ROW_HEIGHT, size, kernel_size, stride, padding)
        bottom = (len(strides) - 1) * ROW_HEIGHT + 1.9
        _frame(axis, (-0.1, size + 2 * padding + 4.6), (bottom, -0.1), CELL_INCHES)
        return figure


def draw_volumes(volumes: Sequence[tuple[str, tuple[int, ...]]]) -> "Figure":
    """A network as a row of volumes: how tall the maps are, how many, and their names."""
    with house_style() as plt:
        figure, axis = plt.subplots()
        left = 0.0
        tallest = max(shape[-1] for _, shape in volumes if len(shape) == 3)
        for name, shape in volumes:
            left = _draw_volume(axis, left, name, shape, tallest) + 0.35
        _frame(axis, (-0.15, left - 0.1), (-0.62, 1.75), 1.1)
        return figure


def _draw_panels(*panels: Panel) -> "Figure":
    """Grids side by side on one axis, so that a cell is as large in each of them."""
    tallest = max(panel.values.shape[0] for panel in panels)
    with house_style() as plt:
        figure, axis = plt.subplots()
        left = 0.0
        for panel in panels:
            _draw_grid(axis, panel, left, (tallest - panel.values.shape[0]) / 2)
            left += panel.values.shape[1] + GAP
        _frame(axis, (-0.1, left - GAP + 0.1), (tallest + 0.1, -0.6), CELL_INCHES)
        return figure


def _draw_grid(axis: "Axes", panel: Panel, left: float, top: float) -> None:
    from matplotlib.patches import Rectangle

    first_row, first_column, height, width = panel.window
    rows, columns = panel.values.shape
    for i in range(rows):
        for j in range(columns):
            inside = 0 <= i - first_row < height and 0 <= j - first_column < width
            face = ACCENT + "26" if inside else "white"
            corner = (left + j, top + i)
            axis.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=MUTED, linewidth=0.7))
            text = f"{panel.values[i, j].item():g}"
            axis.text(left + j + 0.5, top + i + 0.5, text, ha="center", va="center")
    corner = (left + first_column, top + first_row)
    axis.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=ACCENT, linewidth=2))
    axis.text(left + columns / 2, top - 0.2, panel.title, ha="center", va="bottom")


def _frame(
    axis: "Axes", x: tuple[float, float], y: tuple[float, float], inches_per_unit: float
) -> None:
    """Show this part of the plane and nothing else, a unit as long across as down."""
    axis.set_xlim(*x)
    axis.set_ylim(*y)
    axis.set_aspect("equal")
    axis.axis("off")
    axis.figure.set_size_inches((x[1] - x[0]) * inches_per_unit, abs(y[1] - y[0]) * inches_per_unit)


def _draw_stride(
    axis: "Axes", top: float, size: int, kernel_size: int, stride: int, padding: int
) -> None:
    from matplotlib.patches import Rectangle

    total = size + 2 * padding
    starts = range(0, total - kernel_size + 1, stride)
    for pixel in range(total):
        is_padding = not padding <= pixel < size + padding
        is_missed = not any(start <= pixel < start + kernel_size for start in starts)
        line = {"edgecolor": MUTED, "linewidth": 0.8, "linestyle": ":" if is_padding else "-"}
        axis.add_patch(Rectangle((pixel, top), 1, 1, facecolor="white", **line))
        mark = "×" if is_missed else "0" if is_padding else ""
        color = ACCENT if is_missed else MUTED
        axis.text(pixel + 0.5, top + 0.5, mark, ha="center", va="center", color=color)
    for number, start in enumerate(starts):
        # Three rows are enough to keep neighbors apart, whatever the stride.
        below = top + 1.22 + 0.22 * (number % 3)
        axis.plot([start + 0.1, start + kernel_size - 0.1], [below] * 2, color=ACCENT, lw=3.5)
    exact = (total - kernel_size) / stride + 1
    formula = f"({total} − {kernel_size}) / {stride} + 1 = {exact:.3g}"
    axis.text(total + 0.4, top + 0.5, f"stride {stride}\n{formula}", va="center")


def _draw_volume(
    axis: "Axes", left: float, name: str, shape: tuple[int, ...], tallest: int
) -> float:
    """Draw one volume and return where it ends. Maps are squares, smaller ones drawn larger
    than they are, so that they can be seen at all; a vector is a column."""
    from matplotlib.patches import Rectangle

    is_maps = len(shape) == 3
    side = 1.2 * (shape[-1] / tallest) ** 0.6 if is_maps else 0.14
    height = side if is_maps else 0.25 + 1.1 * (shape[0] / 120) ** 0.5
    sheets = min(shape[0], 16) if is_maps else 1
    for sheet in reversed(range(sheets)):
        corner = (left + SHEET * sheet, SHEET * sheet)
        axis.add_patch(
            Rectangle(corner, side, height, facecolor="#eef3f8", edgecolor=INK, linewidth=0.7)
        )
    right = left + side + SHEET * (sheets - 1)
    size = "×".join(map(str, shape[1:]))
    count = f"{shape[0]} @ {size}" if is_maps else f"{shape[0]}"
    axis.text((left + right) / 2, -0.12, f"{name}\n{count}", ha="center", va="top", fontsize=SMALL)
    return right
