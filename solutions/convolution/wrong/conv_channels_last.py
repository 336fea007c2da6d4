"""Mistakes in the forward convolution."""

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
    function = "conv_channels_last"


def convolved(images, weight, bias, stride, padding, dilation, output=None):
    """Convolution, right; `output` asks for another number of places than fit."""
    kernel_size, frame = tuple(weight.shape[:2]), framed(images, padding)
    output = output or places(tuple(images.shape[1:3]), kernel_size, stride, padding, dilation)
    total = bias.expand(len(images), *output, len(bias)).clone()
    for i, j in taps(kernel_size):
        total += seen_by(frame, (i, j), output, stride, dilation) @ weight[i, j]
    return total


class FlipsTheKernel(Wrong):
    """The convolution of mathematics, not the cross-correlation of deep learning."""

    sentence = "the kernel is flipped, as in mathematics; in deep learning it is not"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight.flip(0, 1), bias, stride, padding, dilation)


class ForgetsTheBias(Wrong):
    """No `+ bias`."""

    sentence = "the bias is not added"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, 0 * bias, stride, padding, dilation)


class AddsTheBiasForEveryTap(Wrong):
    """`+ bias` inside the loop over the kernel."""

    sentence = "the bias is added once for every position of the kernel, not once in all"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        count = weight.shape[0] * weight.shape[1]
        return convolved(images, weight, count * bias, stride, padding, dilation)


class Averages(Wrong):
    """The mean over the window instead of the sum."""

    sentence = "the window is averaged, not summed"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        count = weight[..., 0].numel()
        return convolved(images, weight / count, bias, stride, padding, dilation)


class ReadsTheWeightInTorchsOrder(Wrong):
    """`weight.reshape(out, in, height, width)` where a permutation is needed."""

    sentence = "the weight is reshaped to (out, in, height, width); its axes must be permuted"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        height, width, in_channels, out_channels = weight.shape
        mixed = weight.reshape(out_channels, in_channels, height, width).permute(2, 3, 1, 0)
        return convolved(images, mixed, bias, stride, padding, dilation)


class UsesTheFirstChannelOnly(Wrong):
    """`images[..., 0]`."""

    sentence = "only the first channel of the images is used"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        first = (images[..., :1], weight[:, :, :1])
        return convolved(*first, bias, stride, padding, dilation)


class ReturnsChannelsFirst(Wrong):
    """(n, channels, height, width), as torch would."""

    sentence = "the output is (n, channels, height, width); here channels come last"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        output = convolved(images, weight, bias, stride, padding, dilation)
        return output.permute(0, 3, 1, 2)


class ReturnsFloat32(Wrong):
    """`torch.zeros(...)` without a dtype."""

    sentence = "the output is made by torch.zeros without dtype=images.dtype"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, padding, dilation).float()


class ForgetsTheLastPlace(Wrong):
    """`range(room // stride)` where one more is needed."""

    sentence = "the last row and the last column of places are left out"
    idea = "a plain window"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        output = convolved(images, weight, bias, stride, padding, dilation)
        return output[:, :-1, :-1]


class IgnoresTheStride(Wrong):
    """A window at every pixel."""

    sentence = "the stride is left out"
    idea = "unequal strides"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, ONE, padding, dilation)


class SwapsTheStrides(Wrong):
    """The horizontal stride down, the vertical one across."""

    sentence = "the two strides are swapped: the vertical one comes first"
    idea = "unequal strides"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, swapped(stride), padding, dilation)


class UsesTheVerticalStrideForBoth(Wrong):
    """`stride[0]` twice."""

    sentence = "the vertical stride is used in both directions"
    idea = "unequal strides"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, (stride[0],) * 2, padding, dilation)


class LetsTheLastWindowHangOver(Wrong):
    """Places counted with ceil; what lies beyond counts as 0."""

    sentence = "a last window hangs over the edge: the number of places is rounded up"
    idea = "a stride that does not fit"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        top, bottom, left, right = padding
        roomy = (top, bottom + stride[0] - 1, left, right + stride[1] - 1)
        return convolved(images, weight, bias, stride, roomy, dilation)


class SlidesByOneWhereTheStrideIsMeant(Wrong):
    """`rows = y` where `rows = y * stride` is needed: the right size, the wrong places."""

    sentence = "the output has the right size, but its windows start one pixel apart"
    idea = "unequal strides"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        size, kernel_size = tuple(images.shape[1:3]), tuple(weight.shape[:2])
        output = places(size, kernel_size, stride, padding, dilation)
        return convolved(images, weight, bias, ONE, padding, dilation, output)


class IgnoresTheDilation(Wrong):
    """Taps side by side."""

    sentence = "the dilation is left out"
    idea = "unequal dilation"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, padding, ONE)


class SwapsTheDilations(Wrong):
    """The horizontal dilation down, the vertical one across."""

    sentence = "the two dilations are swapped: the vertical one comes first"
    idea = "unequal dilation"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, padding, swapped(dilation))


class DilatesTheSizeOnly(Wrong):
    """The size knows of the dilation, the reading does not."""

    sentence = "the output has the right size, but the taps lie side by side"
    idea = "unequal dilation"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        size, kernel_size = tuple(images.shape[1:3]), tuple(weight.shape[:2])
        output = places(size, kernel_size, stride, padding, dilation)
        return convolved(images, weight, bias, stride, padding, ONE, output)


class IgnoresThePadding(Wrong):
    """The images as they are."""

    sentence = "the padding is left out"
    idea = "unequal padding"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, NO_PADDING, dilation)


class ReadsThePaddingAsLeftRightFirst(Wrong):
    """The order of torch.nn.functional.pad."""

    sentence = "the padding is read as (left, right, top, bottom)"
    idea = "unequal padding"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, left_right_first(padding), dilation)


class ExchangesOppositeSides(Wrong):
    """Bottom for top, right for left: the right size, shifted."""

    sentence = "top is taken for bottom and left for right"
    idea = "unequal padding"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, sides_exchanged(padding), dilation)


class PadsAllSidesLikeTheTop(Wrong):
    """`padding[0]` four times."""

    sentence = "all four sides are padded like the top"
    idea = "unequal padding"

    @staticmethod
    def answer(images, weight, bias, stride, padding, dilation):
        return convolved(images, weight, bias, stride, all_like_top(padding), dilation)
