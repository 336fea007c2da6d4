"""Plain right code that the wrong answers start from: each of them changes one thing in it."""

from settings import Pair, Sides
from torch import Tensor


def places(
    image_size: Pair, kernel_size: Pair, stride: Pair, padding: Sides, dilation: Pair
) -> Pair:
    """How many windows fit, down and across; never below 0."""
    top, bottom, left, right = padding
    sizes = (image_size[0] + top + bottom, image_size[1] + left + right)
    down, across = (
        max(0, (sizes[i] - dilation[i] * (kernel_size[i] - 1) - 1) // stride[i] + 1)
        for i in range(2)
    )
    return down, across


def framed(images: Tensor, padding: Sides, value: float = 0.0) -> Tensor:
    """Images, channels last, with padding around them, and room for windows that go too far."""
    top, bottom, left, right = padding
    num, height, width, channels = images.shape
    room = (top + height + bottom + SPARE, left + width + right + SPARE)
    frame = images.new_full((num, *room, channels), value)
    frame[:, top : top + height, left : left + width] = images
    return frame


# A mistake with stride or dilation reads beyond the padding. In a student's code that may crash;
# here it must give numbers, since a crash is found without a check.
SPARE = 40


def taps(kernel_size: Pair):
    """Every position of a kernel, row by row."""
    return [(i, j) for i in range(kernel_size[0]) for j in range(kernel_size[1])]


def seen_by(frame: Tensor, tap: Pair, output: Pair, stride: Pair, dilation: Pair) -> Tensor:
    """The pixels that one position of the kernel meets in all its places: a view of the frame."""
    rows, columns = (
        slice(tap[i] * dilation[i], tap[i] * dilation[i] + output[i] * stride[i], stride[i])
        for i in range(2)
    )
    return frame[:, rows, columns][:, : output[0], : output[1]]


def cropped(frame: Tensor, padding: Sides, image_size: Pair) -> Tensor:
    """The image inside the frame."""
    top, _, left, _ = padding
    return frame[:, top : top + image_size[0], left : left + image_size[1]]


def swapped(pair: Pair) -> Pair:
    """(vertical, horizontal) read as (horizontal, vertical)."""
    return pair[1], pair[0]


def left_right_first(padding: Sides) -> Sides:
    """(top, bottom, left, right) read as (left, right, top, bottom), torch's order in F.pad."""
    left, right, top, bottom = padding
    return top, bottom, left, right


def sides_exchanged(padding: Sides) -> Sides:
    """Top taken for bottom, left for right."""
    top, bottom, left, right = padding
    return bottom, top, right, left


def all_like_top(padding: Sides) -> Sides:
    return (padding[0],) * 4


NO_PADDING = (0, 0, 0, 0)
ONE = (1, 1)
