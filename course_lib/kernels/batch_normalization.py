"""Batch normalization, a shortcut added, and ReLU in one pass: the end of a residual block.

Done one after the other, the three read the feature maps four times and write them three times.
Fused, the maps and the shortcut are read once and the result is written once. In training the
batch's mean and variance are needed before, which takes one more reading.
Source: Ioffe & Szegedy 2015, algorithm 1; He et al. 2015, figure 2; Chan, Golub & LeVeque 1983,
"Algorithms for computing the sample variance" (how the slices' variances go together).
"""

from typing import no_type_check

import torch
import triton
import triton.language as tl
from jaxtyping import Float
from torch import Tensor

from course_lib.kernels.devices import require_ready
from course_lib.layers.sizes import require_shape

BLOCK = 1024
SLICE = 16 * BLOCK  # how many numbers of one channel one program adds up


def batch_norm_add_relu(
    input: Float[Tensor, "n c h w"],
    residual: Float[Tensor, "n c h w"],
    running_mean: Float[Tensor, " c"],
    running_var: Float[Tensor, " c"],
    weight: Float[Tensor, " c"],
    bias: Float[Tensor, " c"],
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Float[Tensor, "n c h w"]:
    """Compute relu(batch_norm(input) + residual); it has no gradient.

    The arguments are those of `course_lib.layers.batch_norm`, and so is what `training` does to
    the running averages. Raises ValueError for shapes that differ and tensors on the CPU.
    """
    averages = {"running_mean": running_mean, "running_var": running_var}
    learned = {"weight": weight, "bias": bias}
    require_ready(input=input, residual=residual, **averages, **learned)
    require_shape("residual", residual, tuple(input.shape))
    for name, tensor in (averages | learned).items():
        require_shape(name, tensor, (input.shape[1],))
    input = input.contiguous()
    mean, variance = running_mean.float(), running_var.float()
    if training:
        mean, variance = _batch_statistics(input)
        _move(running_mean, running_var, mean, variance, input[:, 0].numel(), momentum)
    scale = weight * torch.rsqrt(variance + eps)
    output = torch.empty_like(input)
    if output.numel():
        with torch.cuda.device_of(input):
            _finish[(triton.cdiv(output.numel(), BLOCK),)](
                input,
                residual.contiguous(),
                scale,
                bias - mean * scale,
                output,
                output.numel(),
                input.shape[1],
                input[0, 0].numel(),
                BLOCK=BLOCK,
            )
    return output


def _batch_statistics(input: Float[Tensor, "n c h w"]) -> tuple[Tensor, Tensor]:
    """Each channel's mean and variance, from those of its slices.

    A slice gives its sum and the squares around its own mean; around the mean of all, each of
    its numbers lies further off by the distance of the two means.
    """
    num = input[:, 0].numel()
    if num < 2:
        raise ValueError(f"training needs at least 2 numbers in a channel, but input has {num}.")
    slices = triton.cdiv(num, SLICE)
    sums, squares = input.new_empty(2, input.shape[1], slices, dtype=torch.float32)
    with torch.cuda.device_of(input):
        _add_up[(input.shape[1], slices)](
            input, sums, squares, num, input[0, 0].numel(), SLICE=SLICE, BLOCK=BLOCK
        )
    counts = torch.full((slices,), SLICE, device=input.device, dtype=torch.float32)
    counts[-1] = num - (slices - 1) * SLICE
    mean = sums.sum(dim=1) / num
    apart = counts * (sums / counts - mean[:, None]) ** 2
    return mean, (squares + apart).sum(dim=1) / num


def _move(running_mean, running_var, mean, variance, num: int, momentum: float) -> None:
    """As torch: the running variance takes the unbiased variance of the batch."""
    unbiased = variance * (num / (num - 1))
    for average, new in ((running_mean, mean), (running_var, unbiased)):
        average.mul_(1 - momentum).add_(momentum * new.to(average.dtype))


@triton.jit
@no_type_check
def _add_up(input, sums, squares, num, num_pixels, SLICE: tl.constexpr, BLOCK: tl.constexpr):
    channel, num_channels = tl.program_id(0).to(tl.int64), tl.num_programs(0)
    slice_, num_slices = tl.program_id(1), tl.num_programs(1)
    end = tl.minimum((slice_ + 1) * SLICE, num)
    # Twice over the slice, which is still in the cache: squares around the mean keep their digits.
    total = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(slice_ * SLICE, end, BLOCK):
        number = start + tl.arange(0, BLOCK)
        address = (number // num_pixels * num_channels + channel) * num_pixels
        x = tl.load(input + address + number % num_pixels, mask=number < end, other=0.0)
        total += x.to(tl.float32)
    added = tl.sum(total, axis=0)
    mean = added / (end - slice_ * SLICE)
    around = tl.zeros((BLOCK,), dtype=tl.float32)
    for start in range(slice_ * SLICE, end, BLOCK):
        number = start + tl.arange(0, BLOCK)
        address = (number // num_pixels * num_channels + channel) * num_pixels
        x = tl.load(input + address + number % num_pixels, mask=number < end, other=0.0)
        away = tl.where(number < end, x.to(tl.float32) - mean, 0.0)
        around += away * away
    tl.store(sums + channel * num_slices + slice_, added)
    tl.store(squares + channel * num_slices + slice_, tl.sum(around, axis=0))


@triton.jit
@no_type_check
def _finish(
    input, residual, scale, shift, output, num, num_channels, num_pixels, BLOCK: tl.constexpr
):
    number = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    known = number < num
    channel = number // num_pixels % num_channels
    x = tl.load(input + number, mask=known, other=0.0).to(tl.float32)
    x = x * tl.load(scale + channel, mask=known, other=0.0)
    x += tl.load(shift + channel, mask=known, other=0.0)
    x += tl.load(residual + number, mask=known, other=0.0).to(tl.float32)
    # tl.maximum(x, 0.0) would make 0 of a number that is none; torch's ReLU leaves it.
    tl.store(output + number, tl.where(x < 0, 0.0, x), mask=known)
