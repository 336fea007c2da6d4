"""Mistakes in the gradients of the weight and the bias."""

import torch
from geometry import (
    NO_PADDING,
    ONE,
    framed,
    left_right_first,
    seen_by,
    sides_exchanged,
    swapped,
    taps,
)

from course_lib.checking.cases import WrongAnswer


class Wrong(WrongAnswer):
    function = "conv_channels_last_grad_weight"


def right(grad_output, images, kernel_size, stride, padding, dilation):
    """Each tap's pixels times the gradients they led to, summed; and the sum of gradients."""
    frame, output = framed(images, padding), tuple(grad_output.shape[1:3])
    grad_weight = images.new_zeros(*kernel_size, images.shape[3], grad_output.shape[3])
    for i, j in taps(kernel_size):
        pixels = seen_by(frame, (i, j), output, stride, dilation)
        grad_weight[i, j] = pixels.flatten(0, 2).T @ grad_output.flatten(0, 2)
    return grad_weight, grad_output.sum(dim=(0, 1, 2))


class AveragesOverTheBatch(Wrong):
    """`/ n`, which belongs to the loss."""

    sentence = "the gradients are divided by the number of images"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        shares = grad_output / len(grad_output)
        return right(shares, images, kernel_size, stride, padding, dilation)


class KeepsTheLastImage(Wrong):
    """`grad_weight = …` inside the loop over images."""

    sentence = "only the last image counts: each one overwrites the one before"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        last = (grad_output[-1:], images[-1:])
        return right(*last, kernel_size, stride, padding, dilation)


class AveragesOverPlaces(Wrong):
    """The mean over places of the weight's gradient."""

    sentence = "grad_weight is a mean over places; it must be their sum"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, grad_bias = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight / grad_output[0, ..., 0].numel(), grad_bias


class AveragesTheBias(Wrong):
    """`grad_output.mean(…)`."""

    sentence = "grad_bias is a mean; the bias stands in every place, so it must be a sum"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, _ = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight, grad_output.mean(dim=(0, 1, 2))


class SumsTheBiasOverImagesOnly(Wrong):
    """`grad_output.sum(dim=0)`."""

    sentence = "grad_bias is summed over the images only, not over the places"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, _ = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight, grad_output.sum(dim=0)


class SumsTheBiasOverChannelsToo(Wrong):
    """`grad_output.sum()`, spread over all channels."""

    sentence = "grad_bias is summed over the channels too; each channel has its own bias"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, grad_bias = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight, grad_bias.sum().expand_as(grad_bias)


class FlipsTheKernel(Wrong):
    """The gradient of a flipped kernel."""

    sentence = "grad_weight is flipped, as for the convolution of mathematics"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, grad_bias = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight.flip(0, 1), grad_bias


class FlipsTheImages(Wrong):
    """Images and gradients multiplied in opposite order of places."""

    sentence = "the images are read backwards against the gradients"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images.flip(1, 2), kernel_size, stride, padding, dilation)


class ReshapesWhereATransposeIsNeeded(Wrong):
    """(out, in) reshaped to (in, out)."""

    sentence = "grad_weight[i, j] is (out, in), reshaped to (in, out); it must be transposed"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, grad_bias = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight.mT.reshape(grad_weight.shape), grad_bias


class ReturnsTorchsOrder(Wrong):
    """(out, in, height, width)."""

    sentence = "grad_weight is (out, in, height, width); here it is (height, width, in, out)"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, grad_bias = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight.permute(3, 2, 0, 1), grad_bias


class ReturnsFloat32(Wrong):
    """`torch.zeros(...)` without a dtype."""

    sentence = "grad_weight is made by torch.zeros without dtype=images.dtype"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        grad_weight, grad_bias = right(grad_output, images, kernel_size, stride, padding, dilation)
        return grad_weight.float(), grad_bias


class IgnoresTheStride(Wrong):
    """Windows taken to lie one pixel apart."""

    sentence = "the stride is left out: the windows are taken to lie one pixel apart"
    idea = "unequal strides"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, ONE, padding, dilation)


class SwapsTheStrides(Wrong):
    """The horizontal stride down, the vertical one across."""

    sentence = "the two strides are swapped: the vertical one comes first"
    idea = "unequal strides"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, swapped(stride), padding, dilation)


class IgnoresTheDilation(Wrong):
    """Taps taken to lie side by side."""

    sentence = "the dilation is left out: the taps are taken to lie side by side"
    idea = "unequal dilation"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, stride, padding, ONE)


class SwapsTheDilations(Wrong):
    """The horizontal dilation down, the vertical one across."""

    sentence = "the two dilations are swapped: the vertical one comes first"
    idea = "unequal dilation"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, stride, padding, swapped(dilation))


class PadsBehindOnly(Wrong):
    """Images in the corner of a frame of zeros."""

    sentence = "all the padding is put at the bottom and on the right"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        return right(grad_output, images, kernel_size, stride, NO_PADDING, dilation)


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


class RepeatsTheEdgeInThePadding(Wrong):
    """`mode="replicate"`: the padding repeats the last pixel."""

    sentence = "the padding repeats the edge of the image; it must be 0"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, images, kernel_size, stride, padding, dilation):
        top, bottom, left, right_side = padding
        first = images.permute(0, 3, 1, 2)
        sides = (left, right_side, top, bottom)
        repeated = torch.nn.functional.pad(first, sides, mode="replicate").permute(0, 2, 3, 1)
        return right(grad_output, repeated, kernel_size, stride, NO_PADDING, dilation)
