"""How each operation of torch changes the receptive field of what goes through it.

Networks compute outside of modules, too (`F.relu(x) + shortcut`, `x.mean(dim=(2, 3))`), so the
rules are for aten operations, which are all there is. A field is a pair of axes, those of the
last two dimensions. A tensor of features has no such dimensions; its units all see the same.
"""

from functools import reduce

import torch
from torch import Tensor

from course_lib.inspection.fields import Axis, NoRuleError, joined

Field = tuple[Axis, Axis]
Seeing = list[tuple[Tensor, Field]]  # the arguments of an operation that see the image
aten = torch.ops.aten


def field_of_output(operation, arguments: tuple, seeing: Seeing, output: Tensor) -> Field:
    """The field of the (first) output; raises NoRuleError for an operation without a rule."""
    packet = operation.overloadpacket
    if torch.Tag.pointwise in operation.tags or packet in EACH_PIXEL_ALONE:
        return meeting(seeing, output)
    if packet not in RULES:
        raise NoRuleError(f"no rule for the operation '{packet.__name__}'")
    return RULES[packet](arguments, seeing, output)


def through_windows(field: Field, kernel_size, stride, padding, dilation=1) -> Field:
    """The recurrence along both axes; an empty stride is the size of the kernel."""
    options = (kernel_size, stride or kernel_size, padding, dilation)
    windows = zip(*map(_last_two, options), strict=True)
    return tuple(axis.through_window(*window) for axis, window in zip(field, windows, strict=True))


def _last_two(size) -> tuple[int, int]:
    sizes = [size] if isinstance(size, int) else list(size)
    return tuple((2 * sizes)[-2:])


def _num_units(tensor: Tensor) -> tuple[int, int]:
    """How many units lie along the two axes; features lie in one place."""
    return tuple(tensor.shape[-2:]) if tensor.ndim > 2 else (1, 1)


def meeting(seeing: Seeing, output: Tensor) -> Field:
    """Several tensors become one, unit by unit; a single unit may be spread over all places."""

    def spread(tensor: Tensor, field: Field) -> Field:
        places = zip(field, _num_units(tensor), _num_units(output), strict=True)
        return tuple(axis.whole(1) if have < want else axis for axis, have, want in places)

    def join(a: Field, b: Field) -> Field:
        return tuple(map(joined, a, b, _num_units(output)))

    return reduce(join, (spread(tensor, field) for tensor, field in seeing))


def _convolution(arguments, seeing: Seeing, _output) -> Field:
    weight, (stride, padding, dilation, transposed) = arguments[1], arguments[3:7]
    if transposed:
        raise NoRuleError("no rule for a transposed convolution")
    return through_windows(seeing[0][1], weight.shape[2:], stride, padding, dilation)


def _max_pool(arguments, seeing: Seeing, _output) -> Field:
    kernel_size, stride, padding, dilation = (*arguments[1:5], *((), 0, 1)[len(arguments) - 2 :])
    return through_windows(seeing[0][1], kernel_size, stride, padding, dilation)


def _average_pool(arguments, seeing: Seeing, _output) -> Field:
    kernel_size, stride, padding = (*arguments[1:4], *((), 0)[len(arguments) - 2 :])
    return through_windows(seeing[0][1], kernel_size, stride, padding)


def _adaptive_pool(_arguments, seeing: Seeing, output: Tensor) -> Field:
    """Equal windows side by side, where the sizes divide; else they are of different sizes."""
    (images, field), wanted = seeing[0], _num_units(output)
    if any(have % want for have, want in zip(_num_units(images), wanted, strict=True)):
        raise NoRuleError(
            f"adaptive pooling of {_num_units(images)} units to {wanted}, not divisible,"
        )
    if wanted == (1, 1):
        return _whole(images, field)
    kernel = [have // want for have, want in zip(_num_units(images), wanted, strict=True)]
    return through_windows(field, kernel, kernel, 0)


def _whole(tensor: Tensor, field: Field) -> Field:
    return tuple(axis.whole(n) for axis, n in zip(field, _num_units(tensor), strict=True))


def _reduction(arguments, seeing: Seeing, output: Tensor) -> Field:
    """Means and sums: over both axes all pixels come together; over channels none does."""
    images, field = seeing[0]
    gone = {dim % images.ndim for dim in arguments[1]} & {images.ndim - 2, images.ndim - 1}
    if images.ndim > 2 and len(gone) == 1 and any(axis.jump for axis in field):
        raise NoRuleError("no rule for a sum or a mean over one of two axes")
    return _reshape(arguments, seeing, output)


def _reshape(_arguments, seeing: Seeing, output: Tensor) -> Field:
    """Where the axes stay the last two nothing changes; flattened, any unit may be meant."""
    images, field = seeing[0]
    same = output.ndim > 2 and _num_units(output) == _num_units(images)
    return field if same else _whole(images, field)


def _matrix_product(_arguments, seeing: Seeing, output: Tensor) -> Field:
    if any(axis.jump for _, field in seeing for axis in field):
        raise NoRuleError("no rule for a matrix product of what is not flattened")
    return meeting(seeing, output)


def _concatenation(arguments, seeing: Seeing, output: Tensor) -> Field:
    dim = (arguments[1] if len(arguments) > 1 else 0) % output.ndim
    if output.ndim > 2 and dim >= output.ndim - 2:
        raise NoRuleError("no rule for a concatenation along rows or columns")
    return meeting(seeing, output)


def _softmax(arguments, seeing: Seeing, output: Tensor) -> Field:
    if output.ndim > 2 and arguments[1] % output.ndim >= output.ndim - 2:
        raise NoRuleError("no rule for a softmax along rows or columns")
    return seeing[0][1]


def _slice(arguments, seeing: Seeing, _output) -> Field:
    images, field = seeing[0]
    dim, start, end, step = (*arguments[1:], *(0, None, None, 1)[len(arguments) - 1 :])
    axis = dim % images.ndim - (images.ndim - 2)
    if images.ndim < 3 or axis < 0:
        return field
    first = slice(start, end, step).indices(images.shape[dim])[0]
    moved = field[axis].through_window(1, step, -first)
    return (moved, field[1]) if axis == 0 else (field[0], moved)


def _pad(arguments, seeing: Seeing, _output) -> Field:
    """The list begins with the last dimension: left, right, top, bottom, …"""
    left, _right, top, _bottom = (*arguments[1], 0, 0)[:4]
    rows, columns = seeing[0][1]
    return rows.through_window(1, 1, top), columns.through_window(1, 1, left)


# Batch normalization as in evaluation: its mean and variance come from elsewhere. Some of the
# others are not tagged as pointwise by every torch.
EACH_PIXEL_ALONE = {
    aten.native_batch_norm,
    aten._native_batch_norm_legit_no_training,
    aten.cudnn_batch_norm,
    aten.clone,
    aten.detach,
    aten.alias,
    aten._to_copy,
    aten._prelu_kernel,
    aten.leaky_relu,
    aten.copy_,
    aten.channel_shuffle,
}
RULES = {
    aten.convolution: _convolution,
    aten.max_pool2d_with_indices: _max_pool,
    aten.avg_pool2d: _average_pool,
    aten.avg_pool3d: _average_pool,
    aten._adaptive_avg_pool2d: _adaptive_pool,
    aten.adaptive_max_pool2d: _adaptive_pool,
    aten.mean: _reduction,
    aten.sum: _reduction,
    aten.amax: _reduction,
    aten.view: _reshape,
    aten._unsafe_view: _reshape,
    aten.unsqueeze: _reshape,
    aten.squeeze: _reshape,
    aten.expand: _reshape,
    aten.addmm: _matrix_product,
    aten.mm: _matrix_product,
    aten.bmm: _matrix_product,
    aten.cat: _concatenation,
    aten._softmax: _softmax,
    aten._log_softmax: _softmax,
    aten.slice: _slice,
    aten.constant_pad_nd: _pad,
}
