"""Convolution as a tiled matrix product whose second matrix is never written down.

`course_lib.layers.conv2d` copies every window into a column and then multiplies. This kernel
multiplies the same two matrices tile by tile, and computes where a number of the columns would
have come from when a tile needs it. That is what libraries call implicit GEMM:

    output[place, kernel] = sum over depth of columns[place, depth] * weight[kernel, depth]

A place is an output pixel of one image, a depth is (channel, i, j) of the kernel. Sums are kept
in float32. The float32 products are those of torch on this device: rounded to TensorFloat-32
where torch.backends.cudnn says so, whole otherwise.
Source: Chetlur et al. 2014, "cuDNN: efficient primitives for deep learning", section 3.
"""

from typing import no_type_check

import torch
import triton
import triton.language as tl
from jaxtyping import Float
from torch import Tensor

from course_lib.kernels.devices import INTERPRETED, require_ready
from course_lib.layers.convolution import checked_windows
from course_lib.layers.sizes import Size

PLACES, KERNELS, DEPTH = 128, 64, 32  # one tile of the output, and how deep each product goes
SMALLEST = 16  # what tl.dot can multiply


def conv2d(
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_out c_group kernel_h kernel_w"],
    bias: Float[Tensor, " c_out"] | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out out_h out_w"]:
    """Equal `course_lib.layers.conv2d`, errors included; it has no gradient.

    Raises ValueError for tensors that are not on a CUDA device or of another dtype than input.
    """
    require_ready(input=input, weight=weight, bias=bias)
    windows = checked_windows(input, weight, bias, stride, padding, dilation, groups)
    _require_one_dtype(input, weight=weight, bias=bias)
    out_h, out_w = windows.output_size
    output = input.new_empty(len(input), len(weight), out_h, out_w)
    num_places, num_kernels = len(input) * out_h * out_w, len(weight) // groups
    tile = min(KERNELS, max(SMALLEST, triton.next_power_of_2(num_kernels)))
    if output.numel() == 0:
        return output
    with torch.cuda.device_of(input):
        _convolve[(triton.cdiv(num_places, PLACES), triton.cdiv(num_kernels, tile), groups)](
            input.contiguous(),
            weight.contiguous(),
            output if bias is None else bias.contiguous(),
            output,
            num_places,
            num_kernels,
            weight.shape[1],
            *windows.image_size,
            *windows.output_size,
            *windows.kernel_size,
            *windows.stride,
            *windows.before,
            *windows.dilation,
            HAS_BIAS=bias is not None,
            PRECISION="tf32" if _rounds_products() else "ieee",
            PLACES=PLACES,
            KERNELS=tile,
            DEPTH=DEPTH,
        )
    return output


def _require_one_dtype(input: Tensor, **others: Tensor | None) -> None:
    for name, tensor in others.items():
        if tensor is not None and tensor.dtype != input.dtype:
            raise ValueError(f"{name} holds {tensor.dtype}, but input holds {input.dtype}.")
    if INTERPRETED and input.dtype == torch.bfloat16:
        # Its tl.dot takes the bits of bfloat16 for whole numbers.
        raise ValueError("input holds torch.bfloat16, which Triton's interpreter cannot multiply.")


def _rounds_products() -> bool:
    """Whether torch's convolutions round float32 numbers to TensorFloat-32."""
    try:
        return torch.backends.cudnn.allow_tf32
    except RuntimeError:  # torch refuses to tell once the newer setting was used
        return torch.backends.cudnn.conv.fp32_precision == "tf32"


@triton.jit
@no_type_check
def _convolve(
    images,
    weight,
    bias,
    output,
    num_places,
    num_kernels,
    channels,
    height,
    width,
    out_h,
    out_w,
    kernel_h: tl.constexpr,
    kernel_w: tl.constexpr,
    stride_y: tl.constexpr,
    stride_x: tl.constexpr,
    top,
    left,
    dilation_y: tl.constexpr,
    dilation_x: tl.constexpr,
    HAS_BIAS: tl.constexpr,
    PRECISION: tl.constexpr,
    PLACES: tl.constexpr,
    KERNELS: tl.constexpr,
    DEPTH: tl.constexpr,
):
    group, num_groups = tl.program_id(2), tl.num_programs(2)
    place = tl.program_id(0) * PLACES + tl.arange(0, PLACES)
    kernel = tl.program_id(1) * KERNELS + tl.arange(0, KERNELS)
    is_place, is_kernel = place < num_places, kernel < num_kernels

    # 64 bits: a large batch has more numbers than 32 bits can count.
    image = (place // (out_h * out_w)).to(tl.int64)
    y, x = place // out_w % out_h, place % out_w
    first_row, first_column = y * stride_y - top, x * stride_x - left
    of_image = (image * num_groups + group) * channels * height * width
    of_kernel = (group * num_kernels + kernel) * channels * kernel_h * kernel_w

    total = tl.zeros((PLACES, KERNELS), dtype=tl.float32)
    num_depths = channels * kernel_h * kernel_w
    for start in range(0, num_depths, DEPTH):
        depth = start + tl.arange(0, DEPTH)
        channel = depth // (kernel_h * kernel_w)
        i, j = depth // kernel_w % kernel_h, depth % kernel_w
        row = first_row[:, None] + (i * dilation_y)[None, :]
        column = first_column[:, None] + (j * dilation_x)[None, :]
        # What lies in the padding, beyond the last place or beyond the last depth counts as 0.
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        inside &= is_place[:, None] & (depth < num_depths)[None, :]
        pixel = of_image[:, None] + (channel * height)[None, :] * width + row * width + column
        columns = tl.load(images + pixel, mask=inside, other=0.0)  # places x depth
        known = (depth < num_depths)[:, None] & is_kernel[None, :]
        rows = tl.load(weight + of_kernel[None, :] + depth[:, None], mask=known, other=0.0)
        total = tl.dot(columns, rows, total, input_precision=PRECISION)  # places x kernels

    if HAS_BIAS:
        total += tl.load(bias + group * num_kernels + kernel, mask=is_kernel, other=0.0)[None, :]
    out_channel = (image[:, None] * num_groups + group) * num_kernels + kernel[None, :]
    address = (out_channel * out_h + y[:, None]) * out_w + x[:, None]
    tl.store(output + address, total, mask=is_place[:, None] & is_kernel[None, :])
