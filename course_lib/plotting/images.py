"""Pictures of a data set, with what they are and what a network took them for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Shaped
from torch import Tensor

from course_lib.plotting.panels import frame, lay_out, values_of
from course_lib.plotting.style import ACCENT, FAINT, INK, SMALL, house_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST_LINE = 10  # characters that fit over a small picture


def plot_images(
    images: Shaped[Tensor, "n *channels h w"],
    labels: Sequence | Tensor | None = None,
    predictions: Sequence | Tensor | None = None,
    columns: int | None = None,
) -> "Figure":
    """Draw (n, h, w), (n, 1, h, w) or (n, 3, h, w) images with a caption over each.

    The caption is the label; where the prediction differs, it reads "3 (is 7)" and the frame
    is colored. Bytes are drawn from 0 to 255; other numbers from 0 to 1 where that holds
    them, else from the smallest to the largest.
    """
    pictures = _channels_last(images)
    captions = _captions(len(pictures), labels, predictions)
    low, high = _range(pictures)
    lines = max((caption.count("\n") + 1 for caption, _ in captions if caption), default=0)
    with house_style() as plt:
        figure, axes = lay_out(plt, pictures, columns, "images", 0.18 * lines)
        for axis, picture, (caption, is_wrong) in zip(axes, pictures, captions, strict=True):
            axis.imshow((picture - low) / (high - low), cmap="gray", vmin=0, vmax=1)
            frame(axis, ACCENT if is_wrong else FAINT, 2.0 if is_wrong else 0.8)
            axis.set_title(caption, fontsize=SMALL, pad=3, color=ACCENT if is_wrong else INK)
        return figure


def _channels_last(images: Tensor) -> np.ndarray:
    values = values_of(images, "images").astype(np.float64)
    if images.dtype == torch.uint8:
        values = values / 255
    if values.ndim == 3:
        return values
    if values.ndim == 4 and values.shape[1] in (1, 3):
        return values[:, 0] if values.shape[1] == 1 else values.transpose(0, 2, 3, 1)
    raise ValueError(
        f"images has shape {tuple(images.shape)}; it must be (n, h, w), (n, 1, h, w) or "
        "(n, 3, h, w)."
    )


def _range(pictures: np.ndarray) -> tuple[float, float]:
    low, high = float(pictures.min()), float(pictures.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return low, high if high > low else low + 1


def _captions(num: int, labels, predictions) -> list[tuple[str, bool]]:
    """What stands over each picture, and whether it is a mistake."""
    truths = _texts("labels", labels, num)
    guesses = _texts("predictions", predictions, num)
    if guesses is None:
        return [(truth, False) for truth in truths or [""] * num]
    return [_verdict(*pair) for pair in zip(guesses, truths or guesses, strict=True)]


def _verdict(guess: str, truth: str) -> tuple[str, bool]:
    if guess == truth:
        return guess, False
    gap = " " if len(guess + truth) + 6 <= LONGEST_LINE else "\n"
    return f"{guess}{gap}(is {truth})", True


def _texts(name: str, values: Sequence | Tensor | None, num: int) -> list[str] | None:
    if values is None:
        return None
    if len(values) != num:
        raise ValueError(f"{name} has {len(values)} entries for {num} images.")
    return [str(value) for value in (values.tolist() if hasattr(values, "tolist") else values)]
