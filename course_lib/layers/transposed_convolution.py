"""Transposed convolution: the way back from a small map to a large one, with weights to learn.

It is the gradient of `conv2d` with respect to its input, used as a forward: each input number
paints a copy of the kernel, scaled by itself, onto the output; the copies lie `stride` apart and
add up where they overlap. So its own gradient is a convolution.

    output[n, o, y * stride + i * dilation - padding, x * stride + j * dilation - padding]
        collects  input[n, c, y, x] * weight[c, o, i, j]   over all c, y, x, i, j

Sources: Zeiler et al. 2010, "Deconvolutional networks"; Long, Shelhamer & Darrell 2015,
arXiv:1411.4038, section 3.3 (learnable upsampling in a fully convolutional network).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.convolution import blocks_of, fold, rows_by_group, unfold
from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import Pair, Size, pair, require_shape, span
from course_lib.layers.windows import Windows


def conv_transpose2d(
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_in out_group kernel_h kernel_w"],
    bias: Float[Tensor, " c_out"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> Float[Tensor, "n c_out out_h out_w"]:
    """Paint kernels over a larger image; equals torch.nn.functional.conv_transpose2d on batches.

    A side grows from h to (h - 1) stride - 2 padding + dilation (kernel - 1) + 1 + output_padding.
    `padding` takes pixels off the edges, because it undoes a convolution that put them on;
    `output_padding` adds rows at the bottom and columns on the right, because a convolution with
    a stride maps several sizes to one. The groups come before the dilation, as in torch.

    Raises ValueError where channels, groups and sizes do not go together.
    """
    canvas = _canvas(input, weight, bias, stride, groups, dilation)
    margin, output_size = _margin(canvas, padding, output_padding)
    matrix = rows_by_group(weight, groups)
    rows = input.flatten(2).unflatten(1, matrix.shape[:2])  # n groups in_group places
    out_channels = weight.shape[1] * groups
    output = input.new_empty(len(input), out_channels, *output_size)
    for block in blocks_of(output, canvas):
        painted = fold(matrix.mT @ rows[block], canvas, out_channels)
        output[block] = torch.nn.functional.pad(painted, margin)
    if bias is not None:
        output += bias.view(-1, 1, 1)
    return output


def conv_transpose2d_backward(
    grad_output: Float[Tensor, "n c_out out_h out_w"],
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_in out_group kernel_h kernel_w"],
    bias: Float[Tensor, " c_out"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    groups: int = 1,
    dilation: Size = 1,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Find the gradients of input, weight and bias (None without a bias).

    The forward painted input numbers; what a number gets back is what the kernel sees at its
    place, so the gradient of the input is the convolution of grad_output with the same weight.
    """
    canvas = _canvas(input, weight, bias, stride, groups, dilation)
    margin, output_size = _margin(canvas, padding, output_padding)
    out_channels = weight.shape[1] * groups
    require_shape("grad_output", grad_output, (len(input), out_channels, *output_size))
    matrix = rows_by_group(weight, groups)
    rows = input.flatten(2).unflatten(1, matrix.shape[:2])  # n groups in_group places
    grad_rows = torch.empty_like(rows)
    grad_matrix = torch.zeros_like(matrix, dtype=sum_dtype(matrix))
    for block in blocks_of(grad_output, canvas):
        painted = torch.nn.functional.pad(grad_output[block], [-side for side in margin])
        columns = unfold(painted, canvas, groups)
        grad_rows[block] = matrix @ columns
        grad_matrix += (rows[block] @ columns.mT).sum(dim=0, dtype=grad_matrix.dtype)
    grad_bias = None if bias is None else grad_output.sum(dim=(0, 2, 3))
    return grad_rows.view(input.shape), grad_matrix.view(weight.shape).to(weight.dtype), grad_bias


def bilinear_kernel(
    num_channels: int,
    factor: int,
    groups: int = 1,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Float[Tensor, "num_channels out_group kernel kernel"]:
    """Make a weight with which `conv_transpose2d` enlarges maps by bilinear interpolation.

    Each channel is enlarged by itself; with groups=num_channels the weight holds nothing else.
    With stride=factor and padding=factor // 2 the sides grow exactly `factor` times. A fully
    convolutional network starts its upsampling from this and learns on (Long et al. 2015,
    section 4.3). Beyond the edge it sees zeros, where torch's interpolate repeats the last pixel.

    Raises ValueError where num_channels or factor is below 1 or groups do not divide channels.
    """
    if num_channels < 1 or factor < 1:
        raise ValueError(f"num_channels={num_channels} and factor={factor} must be at least 1.")
    _require_groups(groups, num_channels)
    size = 2 * factor - factor % 2
    center = (size - 1) / 2
    distance = (torch.arange(size, dtype=torch.float64) - center).abs()
    tent = 1 - distance / factor  # 1 above the pixel, falling to 0 above its neighbors
    kernel = torch.outer(tent, tent).to(dtype=dtype or torch.get_default_dtype(), device=device)
    weight = kernel.new_zeros(num_channels, num_channels // groups, size, size)
    for channel in range(num_channels):
        weight[channel, channel % (num_channels // groups)] = kernel
    return weight


def _canvas(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Size, groups: int, dilation: Size
) -> Windows:
    """Place the kernels on an image that they just cover: nothing cut off yet, nothing added."""
    if input.ndim != 4 or weight.ndim != 4:
        raise ValueError(
            "input must be (n, channels, height, width) and weight (in_channels, out_channels / "
            f"groups, height, width), not {tuple(input.shape)} and {tuple(weight.shape)}."
        )
    if len(weight) != input.shape[1]:
        raise ValueError(
            f"input has {input.shape[1]} channels, but weight {tuple(weight.shape)} is for "
            f"{len(weight)}: a transposed convolution names its input channels first."
        )
    _require_groups(groups, len(weight))
    if bias is not None:
        require_shape("bias", bias, (weight.shape[1] * groups,))
    stride, dilation = pair(stride, "stride"), pair(dilation, "dilation")
    kernel_size, places = tuple(weight.shape[2:]), tuple(input.shape[2:])
    height, width = (
        (number - 1) * step + span(kernel, gap)
        for number, step, kernel, gap in zip(places, stride, kernel_size, dilation, strict=True)
    )
    return Windows((height, width), kernel_size, stride, dilation, (0, 0), (0, 0), places)


def _margin(
    canvas: Windows, padding: Size, output_padding: Size
) -> tuple[tuple[int, int, int, int], Pair]:
    """Say what the canvas gains (left, right, top, bottom; or loses), and its size after that."""
    top, left = pair(padding, "padding", minimum=0)
    added = pair(output_padding, "output_padding", minimum=0)
    for more, step, gap in zip(added, canvas.stride, canvas.dilation, strict=True):
        if more >= max(step, gap):
            raise ValueError(
                f"output_padding {output_padding} must be smaller than the stride "
                f"{canvas.stride} or the dilation {canvas.dilation}."
            )
    height = canvas.image_size[0] - 2 * top + added[0]
    width = canvas.image_size[1] - 2 * left + added[1]
    if min(height, width) < 1:
        raise ValueError(
            f"padding {padding} takes all pixels off: the output would be {height} by {width}."
        )
    return (-left, added[1] - left, -top, added[0] - top), (height, width)


def _require_groups(groups: int, num_channels: int) -> None:
    if groups < 1 or num_channels % groups:
        raise ValueError(f"groups={groups} must divide the {num_channels} channels.")
