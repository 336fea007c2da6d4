"""Mistakes in the gradient of the images."""

from geometry import (
    NO_PADDING,
    ONE,
    SPARE,
    cropped,
    left_right_first,
    seen_by,
    sides_exchanged,
    swapped,
    taps,
)

from course_lib.checking.cases import WrongAnswer


class Wrong(WrongAnswer):
    function = "conv_channels_last_grad_images"


def spread(grad_output, weight, image_size, stride, padding, dilation):
    """Each gradient given back to the pixels its window saw, right; the frame is still on."""
    top, bottom, left, right = padding
    size = (image_size[0] + top + bottom + SPARE, image_size[1] + left + right + SPARE)
    frame = grad_output.new_zeros(len(grad_output), *size, weight.shape[2])
    output = tuple(grad_output.shape[1:3])
    for i, j in taps(weight.shape[:2]):
        seen_by(frame, (i, j), output, stride, dilation).add_(grad_output @ weight[i, j].T)
    return frame


def right(grad_output, weight, image_size, stride, padding, dilation):
    frame = spread(grad_output, weight, image_size, stride, padding, dilation)
    return cropped(frame, padding, image_size)


class KeepsTheLastContribution(Wrong):
    """`grad[rows, columns] = …` where `+=` is needed."""

    sentence = "a pixel seen by several windows keeps only the last gradient"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        frame = 0 * spread(grad_output, weight, image_size, stride, padding, dilation)
        output = tuple(grad_output.shape[1:3])
        for i, j in taps(weight.shape[:2]):
            seen_by(frame, (i, j), output, stride, dilation)[:] = grad_output @ weight[i, j].T
        return cropped(frame, padding, image_size)


class KeepsTheLastWindow(Wrong):
    """The same in a loop over windows."""

    sentence = "each window overwrites the gradients of the windows before it"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        frame = 0 * spread(grad_output, weight, image_size, stride, padding, dilation)
        (height, width), kernel_size = grad_output.shape[1:3], weight.shape[:2]
        for y, x in taps((height, width)):
            for i, j in taps(kernel_size):
                place = (y * stride[0] + i * dilation[0], x * stride[1] + j * dilation[1])
                frame[:, place[0], place[1]] = grad_output[:, y, x] @ weight[i, j].T
        return cropped(frame, padding, image_size)


class FlipsTheKernel(Wrong):
    """Flipped once too often: adding to where a window read needs no flip."""

    sentence = "the kernel is flipped, though its gradients already go back where it read"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight.flip(0, 1), image_size, stride, padding, dilation)


class AveragesOverTheBatch(Wrong):
    """`/ n`, which belongs to the loss."""

    sentence = "the gradient is divided by the number of images"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        shares = grad_output / len(grad_output)
        return right(shares, weight, image_size, stride, padding, dilation)


class AveragesOverWindows(Wrong):
    """Divided by how many windows saw the pixel."""

    sentence = "the gradients of overlapping windows are averaged, not added"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        ones = (grad_output[..., :1] * 0 + 1, weight[:, :, :1, :1] * 0 + 1)
        counts = right(*ones, image_size, stride, padding, dilation)
        total = right(grad_output, weight, image_size, stride, padding, dilation)
        return total / counts.clamp(min=1)


class ReshapesWhereATransposeIsNeeded(Wrong):
    """`weight[i, j].reshape(out, in)`."""

    sentence = "weight[i, j] is reshaped to (out, in) where it must be transposed"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        height, width, in_channels, out_channels = weight.shape
        mixed = weight.reshape(height, width, out_channels, in_channels).mT
        return right(grad_output, mixed, image_size, stride, padding, dilation)


class SumsOverTheInputChannels(Wrong):
    """One gradient for all channels of a pixel."""

    sentence = "all channels of a pixel get the sum of their gradients"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        total = right(grad_output, weight, image_size, stride, padding, dilation)
        return total.sum(dim=3, keepdim=True).expand_as(total)


class ReturnsChannelsFirst(Wrong):
    """(n, channels, height, width), as torch would."""

    sentence = "the gradient is (n, channels, height, width); here channels come last"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        total = right(grad_output, weight, image_size, stride, padding, dilation)
        return total.permute(0, 3, 1, 2)


class ReturnsFloat32(Wrong):
    """`torch.zeros(...)` without a dtype."""

    sentence = "the gradient is made by torch.zeros without dtype=grad_output.dtype"
    idea = "a plain window"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight, image_size, stride, padding, dilation).float()


class IgnoresTheStride(Wrong):
    """Windows taken to lie one pixel apart."""

    sentence = "the stride is left out: the windows are taken to lie one pixel apart"
    idea = "unequal strides"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight, image_size, ONE, padding, dilation)


class SwapsTheStrides(Wrong):
    """The horizontal stride down, the vertical one across."""

    sentence = "the two strides are swapped: the vertical one comes first"
    idea = "unequal strides"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight, image_size, swapped(stride), padding, dilation)


class UsesTheVerticalStrideForBoth(Wrong):
    """`stride[0]` twice."""

    sentence = "the vertical stride is used in both directions"
    idea = "unequal strides"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight, image_size, (stride[0],) * 2, padding, dilation)


class LosesPixelsTheStrideNeverReached(Wrong):
    """The size computed back from the output, (out - 1) * stride + reach."""

    sentence = "rows and columns that no window reached are missing; their gradient is 0"
    idea = "a stride that does not fit"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        total = right(grad_output, weight, image_size, stride, padding, dilation)
        top, bottom, left, right_side = padding
        output, before, after = grad_output.shape[1:3], (top, left), (bottom, right_side)
        height, width = (
            (output[i] - 1) * stride[i]
            + dilation[i] * (weight.shape[i] - 1)
            + 1
            - before[i]
            - after[i]
            for i in range(2)
        )
        return total[:, :height, :width]


class IgnoresTheDilation(Wrong):
    """Taps taken to lie side by side."""

    sentence = "the dilation is left out: the taps are taken to lie side by side"
    idea = "unequal dilation"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight, image_size, stride, padding, ONE)


class SwapsTheDilations(Wrong):
    """The horizontal dilation down, the vertical one across."""

    sentence = "the two dilations are swapped: the vertical one comes first"
    idea = "unequal dilation"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        return right(grad_output, weight, image_size, stride, padding, swapped(dilation))


class LeavesThePaddingOn(Wrong):
    """The gradient of the padded images."""

    sentence = "the padding is still on: it must be cut off at the end"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        top, bottom, left, right_side = padding
        frame = spread(grad_output, weight, image_size, stride, padding, dilation)
        size = (image_size[0] + top + bottom, image_size[1] + left + right_side)
        return cropped(frame, NO_PADDING, size)


class CutsFromTheCorner(Wrong):
    """`grad[:, :height, :width]`: all the padding cut from the end."""

    sentence = "the padding is cut off at the bottom and on the right only"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        frame = spread(grad_output, weight, image_size, stride, padding, dilation)
        return cropped(frame, NO_PADDING, image_size)


class CutsOppositeSides(Wrong):
    """`grad[:, bottom:…, right:…]`."""

    sentence = "the padding is cut off with top taken for bottom and left for right"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        frame = spread(grad_output, weight, image_size, stride, padding, dilation)
        return cropped(frame, sides_exchanged(padding), image_size)


class ReadsThePaddingAsLeftRightFirst(Wrong):
    """The order of torch.nn.functional.pad."""

    sentence = "the padding is read as (left, right, top, bottom)"
    idea = "unequal padding"

    @staticmethod
    def answer(grad_output, weight, image_size, stride, padding, dilation):
        frame = spread(grad_output, weight, image_size, stride, padding, dilation)
        return cropped(frame, left_right_first(padding), image_size)
