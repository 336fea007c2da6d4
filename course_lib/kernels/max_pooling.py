"""Max pooling that notes its winners, and a backward in which every pixel asks its windows.

In the forward one thread looks through one window. In the backward one thread has one pixel, and
asks each window that pixel lies in whether it won there. No two threads write to one place, so
nothing has to be added atomically and the sum is the same in every run.
Source: Krizhevsky, Sutskever & Hinton 2012, section 3.4 (overlapping windows).
"""

from typing import no_type_check

import torch
import triton
import triton.language as tl
from jaxtyping import Float, Int32
from torch import Tensor, int32

from course_lib.kernels.devices import require_ready
from course_lib.layers.pooling import pool_windows
from course_lib.layers.sizes import Size, require_shape
from course_lib.layers.windows import Windows

BLOCK = 1024


def max_pool2d(
    input: Float[Tensor, "n c h w"],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> tuple[Float[Tensor, "n c out_h out_w"], Int32[Tensor, "n c out_h out_w"]]:
    """Take the largest number of each window, and note which pixel it was: y * width + x.

    Output and winners equal those of `course_lib.layers.max_pool2d` with return_indices; of equal
    pixels the first wins. The errors are the same too, and ValueError for a CPU tensor.
    """
    require_ready(input=input)
    windows = pool_windows(input, kernel_size, stride, padding, dilation, ceil_mode)
    output = input.new_empty(*input.shape[:2], *windows.output_size)
    winners = output.new_empty(output.shape, dtype=int32)
    if output.numel():
        with torch.cuda.device_of(input):
            _pool[(triton.cdiv(output.numel(), BLOCK),)](
                input.contiguous(), output, winners, output.numel(), *_sizes(windows), BLOCK=BLOCK
            )
    return output, winners


def max_pool2d_backward(
    grad_output: Float[Tensor, "n c out_h out_w"],
    winners: Int32[Tensor, "n c out_h out_w"],
    input: Float[Tensor, "n c h w"],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Float[Tensor, "n c h w"]:
    """Send each output's gradient to the pixel that won; one that won twice gets the sum.

    Of `input` only the shape matters. The other arguments are those of the forward.
    """
    require_ready(grad_output=grad_output, input=input)
    windows = pool_windows(input, kernel_size, stride, padding, dilation, ceil_mode)
    for name, tensor in {"grad_output": grad_output, "winners": winners}.items():
        require_shape(name, tensor, (*input.shape[:2], *windows.output_size))
    grad_input = grad_output.new_empty(input.shape)
    if grad_input.numel():
        with torch.cuda.device_of(grad_output):
            _give_back[(triton.cdiv(grad_input.numel(), BLOCK),)](
                grad_output.contiguous(),
                winners.contiguous(),
                grad_input,
                grad_input.numel(),
                *_sizes(windows),
                BLOCK=BLOCK,
            )
    return grad_input


def _sizes(windows: Windows) -> tuple[int, ...]:
    """In the order both kernels take them."""
    pairs = (windows.image_size, windows.output_size, windows.kernel_size)
    pairs += (windows.stride, windows.before, windows.dilation)
    return tuple(size for both in pairs for size in both)


@triton.jit
@no_type_check
def _pool(
    images,
    output,
    winners,
    num_outputs,
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
    BLOCK: tl.constexpr,
):
    place = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    is_place = place < num_outputs
    map_ = place // (out_h * out_w)
    own = (place - map_ * (out_h * out_w)).to(tl.int32)
    first_row, first_column = own // out_w * stride_y - top, own % out_w * stride_x - left
    of_map = map_ * height * width
    best = tl.full((BLOCK,), float("-inf"), tl.float32)
    winner = tl.full((BLOCK,), -1, tl.int32)
    for i in range(kernel_h):
        for j in range(kernel_w):
            row, column = first_row + i * dilation_y, first_column + j * dilation_x
            inside = is_place & (row >= 0) & (row < height) & (column >= 0) & (column < width)
            pixel = row * width + column
            value = tl.load(images + of_map + pixel, mask=inside, other=float("-inf"))
            value = value.to(tl.float32)
            # The first pixel seen wins even with -inf, and so does a number that is none.
            wins = inside & ((value > best) | (winner < 0) | (value != value))
            best, winner = tl.where(wins, value, best), tl.where(wins, pixel, winner)
    tl.store(output + place, best, mask=is_place)
    tl.store(winners + place, winner, mask=is_place)


@triton.jit
@no_type_check
def _give_back(
    grad_output,
    winners,
    grad_input,
    num_pixels,
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
    BLOCK: tl.constexpr,
):
    pixel = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    is_pixel = pixel < num_pixels
    map_ = pixel // (height * width)
    own = (pixel - map_ * (height * width)).to(tl.int32)
    row, column = own // width + top, own % width + left
    of_map = map_ * out_h * out_w
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    # From the last window that begins at the pixel or before, back to where windows end before it.
    for back_y in range((kernel_h - 1) * dilation_y // stride_y + 1):
        # Only this loop is unrolled: with both, a large kernel would take minutes to compile.
        for back_x in tl.static_range((kernel_w - 1) * dilation_x // stride_x + 1):
            y, x = row // stride_y - back_y, column // stride_x - back_x
            is_window = (y >= 0) & (y < out_h) & (x >= 0) & (x < out_w)
            place = of_map + y * out_w + x
            won = tl.load(winners + place, mask=is_pixel & is_window, other=-1) == own
            total += tl.load(grad_output + place, mask=won, other=0.0).to(tl.float32)
    tl.store(grad_input + pixel, total, mask=is_pixel)
