"""Convolution by unfolding: lay every window out as a column, then multiply matrices.

What deep learning calls convolution is cross-correlation: the kernel is not flipped
(`discrete_convolution` in `convolution_loops.py` flips it). For one group,

    output[n, o, y, x] = bias[o] + sum over c, i, j of
        weight[o, c, i, j] * input[n, c, y * stride + i * dilation, x * stride + j * dilation]

The sum is a matrix product of the weight (o rows) with the columns (c * i * j numbers each).
Source: Chellapilla, Puri & Simard 2006, "High performance convolutional neural networks for
document processing".
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import Size, require_shape
from course_lib.layers.windows import Windows, windows_of

# Columns are kernel_h * kernel_w times as large as the images. On a CPU a block of them should
# stay in the cache between the copy and the product; a GPU wants its blocks large.
BLOCK_BYTES = {"cpu": 2**22}
BLOCK_BYTES_ELSEWHERE = 2**28


def conv2d(
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_out c_group kernel_h kernel_w"],
    bias: Float[Tensor, " c_out"] | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out out_h out_w"]:
    """Slide kernels over images; equals torch.nn.functional.conv2d on batches.

    With `groups`, the channels are cut into that many equal parts, each with its own kernels.
    Where the stride does not fit, the last rows and columns are left out (see `output_size`).

    Raises ValueError where channels, groups and sizes do not go together.
    """
    windows = checked_windows(input, weight, bias, stride, padding, dilation, groups)
    matrix = rows_by_group(weight, groups)
    output = input.new_empty(len(input), *matrix.shape[:2], *windows.output_size).flatten(3)
    for block in blocks_of(input, windows):
        products = matrix @ unfold(input[block], windows, groups)
        output[block] = products if bias is None else products.add_(bias.view(groups, -1, 1))
    return output.view(len(input), len(weight), *windows.output_size)


def conv2d_backward(
    grad_output: Float[Tensor, "n c_out out_h out_w"],
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_out c_group kernel_h kernel_w"],
    bias: Float[Tensor, " c_out"] | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Find the gradients of input, weight and bias (None without a bias).

    The forward is output = matrix @ columns. So the gradient of the matrix is grad_output
    times the columns transposed, the gradient of the columns is the matrix transposed times
    grad_output, and a pixel gets the sum over all the columns it was copied to.
    """
    windows = checked_windows(input, weight, bias, stride, padding, dilation, groups)
    matrix = rows_by_group(weight, groups)
    require_shape("grad_output", grad_output, (len(input), len(weight), *windows.output_size))
    grad_rows = grad_output.flatten(2).unflatten(1, matrix.shape[:2])
    grad_input = torch.empty_like(input)
    grad_matrix = torch.zeros_like(matrix, dtype=sum_dtype(matrix))
    for block in blocks_of(input, windows):
        columns = unfold(input[block], windows, groups)
        grad_matrix += (grad_rows[block] @ columns.mT).sum(dim=0, dtype=grad_matrix.dtype)
        grad_input[block] = fold(matrix.mT @ grad_rows[block], windows, input.shape[1])
    grad_bias = None if bias is None else grad_output.sum(dim=(0, 2, 3))
    return grad_input, grad_matrix.view(weight.shape).to(weight.dtype), grad_bias


def checked_windows(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Size,
    padding: Size | str,
    dilation: Size,
    groups: int,
) -> Windows:
    """Place the kernels of `weight` on `input`; ValueError where the two do not go together."""
    if weight.ndim != 4:
        raise ValueError(
            "weight must be (out_channels, in_channels / groups, height, width), "
            f"not {tuple(weight.shape)}."
        )
    windows = windows_of(input, tuple(weight.shape[2:]), stride, padding, dilation)
    (out_channels, in_group), in_channels = weight.shape[:2], input.shape[1]
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups={groups} must divide the {in_channels} channels of input "
            f"and the {out_channels} kernels of weight."
        )
    if in_channels != in_group * groups:
        raise ValueError(
            f"input has {in_channels} channels, but weight is for {in_group} channels in each of "
            f"{groups} group(s): {in_group * groups}."
        )
    if bias is not None:
        require_shape("bias", bias, (out_channels,))
    return windows


def rows_by_group(weight: Tensor, groups: int) -> Float[Tensor, "groups out_in_group kernel"]:
    """One row an output channel, one matrix a group."""
    return weight.reshape(groups, len(weight) // groups, -1)


def unfold(
    images: Float[Tensor, "n c h w"], windows: Windows, groups: int
) -> Float[Tensor, "n groups kernel places"]:
    """Copy each window into a column; other libraries call this im2col too."""
    view = windows.view(windows.pad(images))  # n c kernel_h kernel_w out_h out_w
    channels = images.shape[1] // groups
    kernel = channels * windows.kernel_size[0] * windows.kernel_size[1]
    places = windows.output_size[0] * windows.output_size[1]
    return view.reshape(len(images), groups, kernel, places)


def fold(
    columns: Float[Tensor, "n groups kernel places"], windows: Windows, num_channels: int
) -> Float[Tensor, "n c h w"]:
    """Add each column back onto the pixels it was copied from: the transpose of `unfold`."""
    num_images = len(columns)
    columns = columns.view(num_images, num_channels, *windows.kernel_size, *windows.output_size)
    images = columns.new_zeros(num_images, num_channels, *windows.image_size)
    padded = windows.pad(images)
    view = windows.view(padded)
    for i, j in windows.positions():
        view[:, :, i, j] += columns[:, :, i, j]
    return windows.crop(padded)


def blocks_of(images: Tensor, windows: Windows) -> list[slice]:
    """Cut the batch so that the columns of one block take few enough bytes."""
    num_numbers = images.shape[1]
    for size in (*windows.kernel_size, *windows.output_size):
        num_numbers *= size
    limit = BLOCK_BYTES.get(images.device.type, BLOCK_BYTES_ELSEWHERE)
    step = max(1, limit // max(1, num_numbers * images.element_size()))
    return [slice(start, start + step) for start in range(0, len(images), step)]
