"""Digits on a canvas: a detection data set small enough for a laptop.

One to four handwritten digits of several sizes on a black canvas, with the tight box around the
ink of each. Where it stands and how large it is is drawn by the computer; the digits are real.
"""

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor
from torch.nn import functional as F

from course_lib.applications.detection.scenes import Objects, Scenes
from course_lib.data import load, split_off

SPLITS = ("train", "validation", "test")
NUM_VALIDATION = 800  # of the 4,000 digits that mnist_5k has to train on
INK = 64  # fainter pixels are no stroke
MARGIN = 1  # pixels between two boxes
ATTEMPTS = 50


def digit_scenes(
    split: str, num: int, size: int = 64, scales: tuple[float, ...] = (0.7, 1.0, 1.4), seed: int = 0
) -> Scenes:
    """Make `num` canvases with the digits of mnist_5k.

    No digit of 'train', 'validation' or 'test' is used in another of these, and each of them has
    a seed of its own for places and sizes.
    """
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; choose 'train', 'validation' or 'test'.")
    digits = load("mnist_5k", "test" if split == "test" else "train")
    if split != "test":
        parts = split_off(*digits, NUM_VALIDATION, seed=0)
        digits = parts[SPLITS.index(split)]
    own_seed = len(SPLITS) * seed + SPLITS.index(split)
    return place_digits(*digits, num, size, scales, seed=own_seed)


def place_digits(
    digits: UInt8[Tensor, "n 1 h w"],
    labels: Int64[Tensor, "n"],
    num: int,
    size: int = 64,
    scales: tuple[float, ...] = (0.7, 1.0, 1.4),
    most: int = 4,
    seed: int = 0,
) -> Scenes:
    """Make `num` square canvases of `size` pixels with 1 to `most` of the given digits each.

    `scales` are the factors a digit's image may be enlarged by. Boxes do not touch; a digit for
    which no place is found is left out, so a crowded canvas may have fewer than was drawn.
    Canvas k depends on `seed` and k alone: a longer set begins like a shorter one.
    """
    if num < 1 or most < 1 or len(digits) == 0:
        raise ValueError(f"num is {num}, most {most}, and there are {len(digits)} digits; give 1+.")
    if min(scales) <= 0 or max(scales) * max(digits.shape[2:]) > size:
        raise ValueError(
            f"size is {size}: a digit of {tuple(digits.shape[2:])} enlarged by scales {scales} "
            "must fit, and scales must be above 0."
        )
    made = [_canvas(digits, labels, size, scales, most, (seed, k)) for k in range(num)]
    return Scenes(torch.stack([image for image, _ in made]), tuple(truth for _, truth in made))


def _canvas(
    digits: Tensor, labels: Tensor, size: int, scales: tuple, most: int, seed: tuple[int, int]
) -> tuple[UInt8[Tensor, "1 size size"], Objects]:
    # RandomState, because its stream is frozen for good: a record's canvases must not move.
    draw = np.random.RandomState(seed)
    canvas = torch.zeros(1, size, size, dtype=torch.uint8)
    boxes, classes = [], []
    for _ in range(draw.randint(1, most + 1)):
        index = draw.randint(len(digits))
        ink = _tight(digits[index], float(draw.choice(scales)))
        box = _free_place(ink.shape[1:], size, boxes, draw)
        if box is not None:
            x1, y1, x2, y2 = box
            canvas[:, y1:y2, x1:x2] = ink
            boxes.append(box)
            classes.append(labels[index])
    return canvas, Objects(torch.tensor(boxes).float(), torch.stack(classes))


def _tight(digit: UInt8[Tensor, "1 h w"], scale: float) -> UInt8[Tensor, "1 ink_h ink_w"]:
    """Enlarge an image and cut it to its ink."""
    size = [max(round(scale * side), 1) for side in digit.shape[1:]]
    enlarged = F.interpolate(digit[None].float(), size, mode="bilinear", antialias=True)[0]
    enlarged = enlarged.round().to(torch.uint8)
    _, y, x = (enlarged >= INK).nonzero(as_tuple=True)
    if len(y) == 0:
        raise ValueError(f"digits has an image without ink: no pixel of it reaches {INK}.")
    return enlarged[:, y.min() : y.max() + 1, x.min() : x.max() + 1]


def _free_place(
    ink: torch.Size, size: int, taken: list[tuple], draw: np.random.RandomState
) -> tuple[int, int, int, int] | None:
    """Try some places; None where each of them touches a box that is there."""
    for _ in range(ATTEMPTS):
        y1, x1 = draw.randint(size - ink[0] + 1), draw.randint(size - ink[1] + 1)
        box = (x1, y1, x1 + ink[1], y1 + ink[0])
        if not any(_touch(box, other) for other in taken):
            return box
    return None


def _touch(box: tuple, other: tuple) -> bool:
    return all(
        box[side] < other[side + 2] + MARGIN and other[side] < box[side + 2] + MARGIN
        for side in (0, 1)
    )
