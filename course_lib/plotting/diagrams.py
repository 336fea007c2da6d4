"""Drawings of what a layer does, made from the numbers it really computes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxtyping import Num
from torch import Tensor

from course_lib.plotting.style import ACCENT, INK, MUTED, house_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
        (image, "image", window), (kernel, "filter", (0, 0, *kernel.shape)), (output, "output", (*at, 1, 1))
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
    return _draw_panels((image, "input", window), (output, "output", (*at, 1, 1)))


def draw_strides(
    size: int, kernel_size: int, strides: Sequence[int], padding: int = 0
) -> "Figure":
    """One row of pixels per stride, and the places where the filter stops.

    Pixels that no window reaches are crossed out: there the stride does not fit.
    """
    with house_style() as plt:
        figure, axes = plt.subplots(
            len(strides), 1, figsize=(0.52 * (size + 2 * padding) + 1.9, 1.75 * len(strides))
        )
        for axis, stride in zip([axes] if len(strides) == 1 else axes, strides, strict=True):
            _draw_stride(axis, size, kernel_size, stride, padding)
        return figure


def draw_volumes(volumes: Sequence[tuple[str, tuple[int, ...]]]) -> "Figure":
    """A network as a row of volumes: how tall the maps are, how many, and their names."""
    with house_style() as plt:
        figure, axis = plt.subplots(figsize=(9, 2.9))
        left = 0.0
        tallest = max(shape[-1] for _, shape in volumes if len(shape) == 3)
        for name, shape in volumes:
            left = _draw_volume(axis, left, name, shape, tallest) + 0.42
        axis.set_xlim(-0.2, left)
        axis.set_ylim(-0.75, 2.0)
        axis.axis("off")
        return figure


def _draw_panels(*panels: tuple[Tensor, str, tuple[int, ...]]) -> "Figure":
    widths = [values.shape[1] for values, _, _ in panels]
    tallest = max(values.shape[0] for values, _, _ in panels)
    with house_style() as plt:
        figure, axes = plt.subplots(
            1,
            len(panels),
            figsize=(0.62 * sum(widths) + 0.8 * (len(panels) - 1), 0.62 * tallest + 0.5),
            width_ratios=widths,
        )
        for axis, (values, title, window) in zip(axes, panels, strict=True):
            _draw_grid(axis, values, title, window)
        return figure


def _draw_grid(axis: "Axes", values: Tensor, title: str, window: tuple[int, ...]) -> None:
    from matplotlib.patches import Rectangle

    top, left, height, width = window
    rows, columns = values.shape
    for i in range(rows):
        for j in range(columns):
            inside = top <= i < top + height and left <= j < left + width
            face = ACCENT + "2e" if inside else "white"
            axis.add_patch(Rectangle((j, i), 1, 1, facecolor=face, edgecolor=MUTED, linewidth=0.7))
            axis.text(j + 0.5, i + 0.5, f"{values[i, j].item():g}", ha="center", va="center")
    axis.add_patch(
        Rectangle((left, top), width, height, fill=False, edgecolor=ACCENT, linewidth=2)
    )
    axis.set_xlim(-0.05, columns + 0.05)
    axis.set_ylim(rows + 0.05, -0.05)
    axis.set_aspect("equal")
    axis.set_title(title)
    axis.axis("off")


def _draw_stride(axis: "Axes", size: int, kernel_size: int, stride: int, padding: int) -> None:
    from matplotlib.patches import Rectangle

    total = size + 2 * padding
    starts = list(range(0, total - kernel_size + 1, stride))
    for pixel in range(total):
        padded = pixel < padding or pixel >= size + padding
        missed = pixel >= starts[-1] + kernel_size
        axis.add_patch(
            Rectangle(
                (pixel, 0), 1, 0.8, facecolor="white", edgecolor=MUTED, linewidth=0.8,
                linestyle=":" if padded else "-",
            )
        )  # fmt: skip
        mark = "×" if missed else "0" if padded else ""
        axis.text(pixel + 0.5, 0.4, mark, ha="center", va="center", color=ACCENT if missed else INK)
    for number, start in enumerate(starts):
        height = -0.24 - 0.22 * (number % 3)
        axis.plot([start + 0.08, start + kernel_size - 0.08], [height] * 2, color=ACCENT, lw=4)
    exact = (total - kernel_size) / stride + 1
    axis.text(
        total + 0.3, 0.4, f"stride {stride}\n({total} − {kernel_size}) / {stride} + 1 = {exact:.3g}",
        va="center",
    )  # fmt: skip
    axis.set_xlim(-0.1, total + 3.3)
    axis.set_ylim(-0.95, 1.0)
    axis.axis("off")


def _draw_volume(
    axis: "Axes", left: float, name: str, shape: tuple[int, ...], tallest: int
) -> float:
    """Draw one volume and return where it ends."""
    from matplotlib.patches import Rectangle

    maps = shape[0]
    side = 1.55 * (shape[-1] / tallest) ** 0.6 if len(shape) == 3 else 0.16
    height = side if len(shape) == 3 else 0.3 + 1.2 * (maps / 120) ** 0.5
    sheets = min(maps, 12) if len(shape) == 3 else 1
    for sheet in range(sheets):
        offset = 0.05 * (sheets - 1 - sheet)
        axis.add_patch(
            Rectangle(
                (left + offset, offset), side, height,
                facecolor="#eef3f8", edgecolor=INK, linewidth=0.8,
            )
        )  # fmt: skip
    right = left + side + 0.05 * (sheets - 1)
    count = f"{maps}@{shape[1]}×{shape[2]}" if len(shape) == 3 else f"{maps}"
    axis.text((left + right) / 2, -0.14, f"{name}\n{count}", ha="center", va="top", fontsize=9)
    return right
