"""Mistakes in the arithmetic of sizes."""

import math

from geometry import NO_PADDING, ONE, left_right_first, places, swapped

from course_lib.checking.cases import WrongAnswer


class Wrong(WrongAnswer):
    function = "output_size"


def rooms(image_size, kernel_size, padding, dilation):
    """How far the first window can move, down and across."""
    top, bottom, left, right = padding
    sizes = (image_size[0] + top + bottom, image_size[1] + left + right)
    return [sizes[i] - dilation[i] * (kernel_size[i] - 1) - 1 for i in range(2)]


class ForgetsTheFirstPlace(Wrong):
    """`room // stride` where `room // stride + 1` is needed."""

    sentence = "the first place is not counted: the + 1 is missing"
    idea = "no padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        room = rooms(image_size, kernel_size, padding, dilation)
        return room[0] // stride[0], room[1] // stride[1]


class RoundsUp(Wrong):
    """`ceil` where `floor` is needed."""

    sentence = "a last window that hangs over the edge is counted: sizes are rounded up"
    idea = "unequal strides"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        room = rooms(image_size, kernel_size, padding, dilation)
        return -(-room[0] // stride[0]) + 1, -(-room[1] // stride[1]) + 1


class RoundsToTheNearest(Wrong):
    """`round(room / stride)` where `room // stride` is needed."""

    sentence = "sizes are rounded to the nearest whole number, not down"
    idea = "unequal strides"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        room = rooms(image_size, kernel_size, padding, dilation)
        return tuple(math.floor(room[i] / stride[i] + 0.5) + 1 for i in range(2))


class AddsOneBeforeDividing(Wrong):
    """`(room + 1) // stride`: the brackets stand in the wrong place."""

    sentence = "the 1 is added before the division by the stride, not after it"
    idea = "unequal strides"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        room = rooms(image_size, kernel_size, padding, dilation)
        return (room[0] + 1) // stride[0], (room[1] + 1) // stride[1]


class DividesBeforeSubtracting(Wrong):
    """`size // stride - kernel + 1`."""

    sentence = "the size is divided by the stride before the kernel is taken off"
    idea = "unequal strides"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        reach = [dilation[i] * (kernel_size[i] - 1) for i in range(2)]
        room = rooms(image_size, kernel_size, padding, dilation)
        return tuple((room[i] + reach[i] + 1) // stride[i] - reach[i] for i in range(2))


class IgnoresTheStride(Wrong):
    """The size for stride 1."""

    sentence = "the stride is left out"
    idea = "unequal strides"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, kernel_size, ONE, padding, dilation)


class SwapsTheStrides(Wrong):
    """`stride[1]` for the height, `stride[0]` for the width."""

    sentence = "the two strides are swapped: the vertical one comes first"
    idea = "unequal strides"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, kernel_size, swapped(stride), padding, dilation)


class IgnoresTheDilation(Wrong):
    """The size for dilation 1."""

    sentence = "the dilation is left out"
    idea = "unequal dilation"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, kernel_size, stride, padding, ONE)


class SwapsTheDilations(Wrong):
    """`dilation[1]` for the height, `dilation[0]` for the width."""

    sentence = "the two dilations are swapped: the vertical one comes first"
    idea = "unequal dilation"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, kernel_size, stride, padding, swapped(dilation))


class MultipliesKernelAndDilation(Wrong):
    """Reach `dilation * kernel` where `dilation * (kernel - 1) + 1` is needed."""

    sentence = "a dilated kernel is taken to reach across dilation * kernel pixels"
    idea = "unequal dilation"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        larger = (dilation[0] * kernel_size[0], dilation[1] * kernel_size[1])
        return places(image_size, larger, stride, padding, ONE)


class AddsTheDilationOnce(Wrong):
    """Reach `kernel + dilation - 1`: one gap where there are kernel - 1 of them."""

    sentence = "a dilated kernel is taken to have one gap only; it has one between any two taps"
    idea = "unequal dilation"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        larger = (kernel_size[0] + dilation[0] - 1, kernel_size[1] + dilation[1] - 1)
        return places(image_size, larger, stride, padding, ONE)


class IgnoresThePadding(Wrong):
    """The size without padding."""

    sentence = "the padding is left out"
    idea = "unequal padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, kernel_size, stride, NO_PADDING, dilation)


class DoublesTheFirstPadding(Wrong):
    """`2 * top` and `2 * left`, the formula for equal sides."""

    sentence = "top and left are doubled, though bottom and right are given too"
    idea = "unequal padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        top, _, left, _ = padding
        return places(image_size, kernel_size, stride, (top, top, left, left), dilation)


class ReadsThePaddingAsLeftRightFirst(Wrong):
    """The order of torch.nn.functional.pad."""

    sentence = "the padding is read as (left, right, top, bottom)"
    idea = "unequal padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, kernel_size, stride, left_right_first(padding), dilation)


class SwapsTheKernelSides(Wrong):
    """`kernel_size[1]` for the height."""

    sentence = "the two sides of the kernel are swapped: its height comes first"
    idea = "no padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return places(image_size, swapped(kernel_size), stride, padding, dilation)


class ReturnsTheWidthFirst(Wrong):
    """(width, height)."""

    sentence = "the width is returned before the height"
    idea = "no padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        return swapped(places(image_size, kernel_size, stride, padding, dilation))


class ReturnsFloats(Wrong):
    """`/` where `//` is needed."""

    sentence = "the division is /, which leaves a fraction"
    idea = "no padding"

    @staticmethod
    def answer(image_size, kernel_size, stride, padding, dilation):
        room = rooms(image_size, kernel_size, padding, dilation)
        return room[0] / stride[0] + 1, room[1] / stride[1] + 1
