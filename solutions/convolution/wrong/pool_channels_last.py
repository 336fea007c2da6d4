"""Mistakes in max pooling."""

import torch
from geometry import (
    NO_PADDING,
    ONE,
    all_like_top,
    framed,
    left_right_first,
    places,
    seen_by,
    sides_exchanged,
    swapped,
    taps,
)

from course_lib.checking.cases import WrongAnswer


class Wrong(WrongAnswer):
    function = "pool_channels_last"


def candidates(images, kernel_size, stride, padding, dilation, value=-torch.inf):
    """The pixels of each window, stacked along a new first axis."""
    size = tuple(images.shape[1:3])
    output = places(size, kernel_size, stride, padding, dilation)
    frame = framed(images, padding, value)
    return torch.stack([seen_by(frame, tap, output, stride, dilation) for tap in taps(kernel_size)])


def right(images, kernel_size, stride, padding, dilation):
    return candidates(images, kernel_size, stride, padding, dilation).amax(dim=0)


class TakesTheMean(Wrong):
    """Average pooling; the padding is left out of the mean."""

    sentence = "each window gives its mean, not its largest pixel"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        seen = candidates(images, kernel_size, stride, padding, dilation)
        real = seen.isfinite()
        return seen.where(real, 0 * seen.nan_to_num()).sum(dim=0) / real.sum(dim=0)


class TakesTheSmallest(Wrong):
    """min for max, with the padding left out."""

    sentence = "each window gives its smallest pixel, not its largest"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return -right(-images, kernel_size, stride, padding, dilation)


class TakesTheLargestByAbsoluteValue(Wrong):
    """`abs()` before the comparison, its sign lost."""

    sentence = "the pixels are compared and returned without their sign"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images.abs(), kernel_size, stride, padding, dilation)


class ReturnsTheWinnersPlace(Wrong):
    """`argmax`, or `max(dim=…)[1]`."""

    sentence = "the place of the largest pixel is returned, not the pixel"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return candidates(images, kernel_size, stride, padding, dilation).argmax(dim=0)


class PoolsOverTheChannelsToo(Wrong):
    """The largest pixel of all channels, for every channel."""

    sentence = "the largest pixel is taken over all channels; each channel has its own"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        output = right(images, kernel_size, stride, padding, dilation)
        return output.amax(dim=3, keepdim=True).expand_as(output)


class ReturnsChannelsFirst(Wrong):
    """(n, channels, height, width), as torch would."""

    sentence = "the output is (n, channels, height, width); here channels come last"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, padding, dilation).permute(0, 3, 1, 2)


class ReturnsFloat32(Wrong):
    """`torch.zeros(...)` without a dtype."""

    sentence = "the output is made by torch.zeros without dtype=images.dtype"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, padding, dilation).float()


class SwapsTheKernelSides(Wrong):
    """The width of the window down, its height across."""

    sentence = "the two sides of the window are swapped: its height comes first"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, swapped(kernel_size), stride, padding, dilation)


class TakesTheKernelAsStride(Wrong):
    """Windows side by side, whatever the stride."""

    sentence = "the windows lie side by side: the kernel size is taken as the stride"
    idea = "overlapping windows"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, kernel_size, padding, dilation)


class IgnoresTheStride(Wrong):
    """A window at every pixel."""

    sentence = "the stride is left out"
    idea = "windows side by side"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, ONE, padding, dilation)


class SwapsTheStrides(Wrong):
    """The horizontal stride down, the vertical one across."""

    sentence = "the two strides are swapped: the vertical one comes first"
    idea = "overlapping windows"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, swapped(stride), padding, dilation)


class LetsTheLastWindowHangOver(Wrong):
    """Places counted with ceil."""

    sentence = "a last window hangs over the edge: the number of places is rounded up"
    idea = "a stride that does not fit"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        top, bottom, left, right_side = padding
        roomy = (top, bottom + stride[0] - 1, left, right_side + stride[1] - 1)
        return right(images, kernel_size, stride, roomy, dilation)


class IgnoresTheDilation(Wrong):
    """Taps side by side."""

    sentence = "the dilation is left out"
    idea = "dilated windows"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, padding, ONE)


class SwapsTheDilations(Wrong):
    """The horizontal dilation down, the vertical one across."""

    sentence = "the two dilations are swapped: the vertical one comes first"
    idea = "dilated windows"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, padding, swapped(dilation))


class FillsTheGapsOfDilation(Wrong):
    """All pixels between the taps compete too: `padded[top : top + reach : 1]`."""

    sentence = "the pixels in the gaps of a dilated window compete too"
    idea = "dilated windows"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        reach = tuple(dilation[i] * (kernel_size[i] - 1) + 1 for i in range(2))
        return right(images, reach, stride, padding, ONE)


class PadsWithZeros(Wrong):
    """0 wins against negative pixels."""

    sentence = "the padding is 0, which wins against negative pixels; padding must never win"
    idea = "unequal padding"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return candidates(images, kernel_size, stride, padding, dilation, 0.0).amax(dim=0)


class IgnoresThePadding(Wrong):
    """The images as they are."""

    sentence = "the padding is left out"
    idea = "unequal padding"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, NO_PADDING, dilation)


class ReadsThePaddingAsLeftRightFirst(Wrong):
    """The order of torch.nn.functional.pad."""

    sentence = "the padding is read as (left, right, top, bottom)"
    idea = "unequal padding"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, left_right_first(padding), dilation)


class ExchangesOppositeSides(Wrong):
    """Bottom for top, right for left."""

    sentence = "top is taken for bottom and left for right"
    idea = "unequal padding"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, sides_exchanged(padding), dilation)


class PadsAllSidesLikeTheTop(Wrong):
    """`padding[0]` four times."""

    sentence = "all four sides are padded like the top"
    idea = "unequal padding"

    @staticmethod
    def answer(images, kernel_size, stride, padding, dilation):
        return right(images, kernel_size, stride, all_like_top(padding), dilation)
