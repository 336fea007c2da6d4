"""Mistakes in the gradient of max pooling."""

import torch
from geometry import (
    NO_PADDING,
    ONE,
    cropped,
    framed,
    left_right_first,
    seen_by,
    sides_exchanged,
    swapped,
    taps,
)

from course_lib.checking.cases import WrongAnswer


class Wrong(WrongAnswer):
    function = "pool_channels_last_backward"


def winners(output, images, kernel_size, stride, padding, dilation, value=-torch.inf):
    """For each tap, 1 where it holds the largest pixel of its window, else 0."""
    frame = framed(images, padding, value)
    seen = torch.stack([seen_by(frame, tap, output, stride, dilation) for tap in taps(kernel_size)])
    number = torch.arange(len(seen)).view(-1, 1, 1, 1, 1)
    return (seen.argmax(dim=0) == number).to(images.dtype)


def spread(shares, images, kernel_size, stride, padding, dilation):
    """Add `shares`, one tensor a tap, onto the pixels they belong to; the frame is still on."""
    frame = 0 * framed(images, padding)
    output = tuple(shares.shape[2:4])
    for share, tap in zip(shares, taps(kernel_size), strict=True):
        seen_by(frame, tap, output, stride, dilation).add_(share)
    return frame


def routed(grad_output, images, kernel_size, stride, padding, dilation, value=-torch.inf):
    """Each gradient sent to the winner of its window, right; the frame is still on."""
    output = tuple(grad_output.shape[1:3])
    won = winners(output, images, kernel_size, stride, padding, dilation, value)
    return spread(won * grad_output, images, kernel_size, stride, padding, dilation)


def right(grad_output, images, kernel_size, stride, padding, dilation):
    frame = routed(grad_output, images, kernel_size, stride, padding, dilation)
    return cropped(frame, padding, tuple(images.shape[1:3]))


class KeepsTheLastGradientOfOverlappingWindows(Wrong):
    """`grad[i, j] = …` where `grad[i, j] += …` is needed."""

    sentence = "a pixel that wins two windows keeps only the last gradient"
    idea = "overlapping windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        output = tuple(grad_output.shape[1:3])
        won = winners(output, images, kernel_size, stride, padding, dilation)
        frame = 0 * framed(images, padding)
        for y, x in taps(output):
            for number, (i, j) in enumerate(taps(kernel_size)):
                place = (y * stride[0] + i * dilation[0], x * stride[1] + j * dilation[1])
                pixel, winner = frame[:, place[0], place[1]], won[number, :, y, x] > 0
                frame[:, place[0], place[1]] = torch.where(winner, grad_output[:, y, x], pixel)
        return cropped(frame, padding, tuple(images.shape[1:3]))


class KeepsTheFirstGradientOfOverlappingWindows(Wrong):
    """A pixel is marked as done once it has won."""

    sentence = "a pixel that wins two windows keeps only the first gradient"
    idea = "overlapping windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        output = tuple(grad_output.shape[1:3])
        won = winners(output, images, kernel_size, stride, padding, dilation)
        frame = 0 * framed(images, padding)
        for y, x in taps(output):
            for number, (i, j) in enumerate(taps(kernel_size)):
                place = (y * stride[0] + i * dilation[0], x * stride[1] + j * dilation[1])
                pixel, winner = frame[:, place[0], place[1]], won[number, :, y, x] > 0
                new = winner & (pixel == 0)
                frame[:, place[0], place[1]] = torch.where(new, grad_output[:, y, x], pixel)
        return cropped(frame, padding, tuple(images.shape[1:3]))


class AveragesTheGradientsOfOverlappingWindows(Wrong):
    """The sum divided by the number of windows won."""

    sentence = "the gradients of a pixel that wins two windows are averaged, not added"
    idea = "overlapping windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        total = right(grad_output, images, kernel_size, stride, padding, dilation)
        ones = torch.ones_like(grad_output)
        counts = right(ones, images, kernel_size, stride, padding, dilation)
        return total / counts.clamp(min=1)


class SendsTheGradientToTheWholeWindow(Wrong):
    """Every pixel of the window gets it."""

    sentence = "every pixel of the window gets the gradient, not the largest alone"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        shares = grad_output.expand(len(taps(kernel_size)), *grad_output.shape)
        frame = spread(shares, images, kernel_size, stride, padding, dilation)
        return cropped(frame, padding, tuple(images.shape[1:3]))


class SharesTheGradientEvenly(Wrong):
    """The gradient of average pooling."""

    sentence = "the gradient is shared evenly by the window, as for average pooling"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        count = len(taps(kernel_size))
        shares = (grad_output / count).expand(count, *grad_output.shape)
        frame = spread(shares, images, kernel_size, stride, padding, dilation)
        return cropped(frame, padding, tuple(images.shape[1:3]))


class SendsOnes(Wrong):
    """The mask of winners, not multiplied by the gradient."""

    sentence = "the winners get 1, not the gradient: grad_output is not used"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        ones = torch.ones_like(grad_output)
        return right(ones, images, kernel_size, stride, padding, dilation)


class MultipliesByThePixel(Wrong):
    """`grad * pixel` at the winner."""

    sentence = "the gradient is multiplied by the winning pixel"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return images * right(grad_output, images, kernel_size, stride, padding, dilation)


class RoutesByTheFirstChannel(Wrong):
    """One winner a window, found in channel 0."""

    sentence = "the winner is looked for in the first channel; each channel has its own"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        first = images[..., :1].expand_as(images)
        return right(grad_output, first, kernel_size, stride, padding, dilation)


class AveragesOverTheBatch(Wrong):
    """`/ n`, which belongs to the loss."""

    sentence = "the gradient is divided by the number of images"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        shares = grad_output / len(images)
        return right(shares, images, kernel_size, stride, padding, dilation)


class ReturnsChannelsFirst(Wrong):
    """(n, channels, height, width), as torch would."""

    sentence = "the gradient is (n, channels, height, width); here channels come last"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        total = right(grad_output, images, kernel_size, stride, padding, dilation)
        return total.permute(0, 3, 1, 2)


class ReturnsFloat32(Wrong):
    """`torch.zeros(...)` without a dtype."""

    sentence = "the gradient is made by torch.zeros without dtype=images.dtype"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, stride, padding, dilation).float()


class IgnoresTheStride(Wrong):
    """Windows taken to lie one pixel apart."""

    sentence = "the stride is left out: the windows are taken to lie one pixel apart"
    idea = "windows side by side"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, ONE, padding, dilation)


class TakesTheKernelAsStride(Wrong):
    """Windows side by side, whatever the stride."""

    sentence = "the windows are taken to lie side by side, with the kernel size as stride"
    idea = "overlapping windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, kernel_size, padding, dilation)


class SwapsTheStrides(Wrong):
    """The horizontal stride down, the vertical one across."""

    sentence = "the two strides are swapped: the vertical one comes first"
    idea = "overlapping windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, swapped(stride), padding, dilation)


class IgnoresTheDilation(Wrong):
    """Taps taken to lie side by side."""

    sentence = "the dilation is left out: the window is taken to have no gaps"
    idea = "dilated windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, stride, padding, ONE)


class SwapsTheDilations(Wrong):
    """The horizontal dilation down, the vertical one across."""

    sentence = "the two dilations are swapped: the vertical one comes first"
    idea = "dilated windows"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, stride, padding, swapped(dilation))


class LetsThePaddingWin(Wrong):
    """Padding with 0, which wins against negative pixels."""

    sentence = "the padding is 0 and wins against negative pixels, so their gradient is lost"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        frame = routed(grad_output, images, kernel_size, stride, padding, dilation, 0.0)
        return cropped(frame, padding, tuple(images.shape[1:3]))


class LeavesThePaddingOn(Wrong):
    """The gradient of the padded images."""

    sentence = "the padding is still on: it must be cut off at the end"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        top, bottom, left, right_side = padding
        frame = routed(grad_output, images, kernel_size, stride, padding, dilation)
        size = (images.shape[1] + top + bottom, images.shape[2] + left + right_side)
        return cropped(frame, NO_PADDING, size)


class CutsFromTheCorner(Wrong):
    """`grad[:, :height, :width]`: all the padding cut from the end."""

    sentence = "the padding is cut off at the bottom and on the right only"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        frame = routed(grad_output, images, kernel_size, stride, padding, dilation)
        return cropped(frame, NO_PADDING, tuple(images.shape[1:3]))


class ReadsThePaddingAsLeftRightFirst(Wrong):
    """The order of torch.nn.functional.pad."""

    sentence = "the padding is read as (left, right, top, bottom)"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        sides = left_right_first(padding)
        return right(grad_output, images, kernel_size, stride, sides, dilation)


class ExchangesOppositeSides(Wrong):
    """Bottom for top, right for left."""

    sentence = "top is taken for bottom and left for right"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        sides = sides_exchanged(padding)
        return right(grad_output, images, kernel_size, stride, sides, dilation)
