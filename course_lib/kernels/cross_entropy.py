"""Softmax and cross entropy in one pass over the scores, without writing the probabilities.

One program reads one row of scores. With its largest score m, the row's loss is

    m + log(sum over c of e^(x[c] - m)) - x[right class]

The first two terms are kept for the backward: the probability of class c is e^(x[c] - them).
Source: Milakov & Gimelshein 2018, "Online normalizer calculation for softmax", arXiv:1805.02867
(here a row fits into one program, so one pass over it suffices).
"""

from typing import no_type_check

import torch
import triton
import triton.language as tl
from jaxtyping import Float, Integer
from torch import Tensor

from course_lib.kernels.devices import require_ready
from course_lib.layers.sizes import require_shape

MOST_CLASSES = 2**16  # one row has to fit into the registers of one program


def cross_entropy(
    input: Float[Tensor, "n classes"], target: Integer[Tensor, " n"]
) -> tuple[Float[Tensor, ""], Float[Tensor, " n"]]:
    """Return the mean loss and, for the backward, the logarithm of each row's sum of e^score.

    The loss equals that of `course_lib.layers.cross_entropy` with its defaults.
    Raises ValueError for labels out of range, too many classes, and tensors on the CPU.
    """
    _require_rows(input, target)
    losses, log_sums = (input.new_empty(len(input), dtype=torch.float32) for _ in range(2))
    if len(input):
        _rows(_lose, input, target, losses, log_sums)
    return losses.mean().to(input.dtype), log_sums


def cross_entropy_backward(
    grad_output: Float[Tensor, ""],
    input: Float[Tensor, "n classes"],
    target: Integer[Tensor, " n"],
    log_sums: Float[Tensor, " n"],
) -> Float[Tensor, "n classes"]:
    """Find the gradient of the scores: (probability - 1 for the right class) / n."""
    _require_rows(input, target)
    require_shape("log_sums", log_sums, (len(input),))
    require_shape("grad_output", grad_output, ())
    grad_input = torch.empty_like(input, memory_format=torch.contiguous_format)
    if len(input):
        share = (grad_output.float() / len(input)).reshape(1)
        _rows(_blame, input, target, grad_input, log_sums, share)
    return grad_input


def _rows(kernel, input: Tensor, target: Tensor, *others: Tensor) -> None:
    """Run one program a row."""
    num_classes = input.shape[1]
    block = triton.next_power_of_2(num_classes)
    tensors = (input.contiguous(), target.contiguous(), *(t.contiguous() for t in others))
    with torch.cuda.device_of(input):
        kernel[(len(input),)](
            *tensors, num_classes, BLOCK=block, num_warps=min(16, max(4, block // 512))
        )


def _require_rows(input: Tensor, target: Tensor) -> None:
    require_ready(input=input)
    if input.ndim != 2 or not 1 <= input.shape[1] <= MOST_CLASSES:
        raise ValueError(
            f"input must be (n, classes) with 1 to {MOST_CLASSES:,} classes, "
            f"not {tuple(input.shape)}."
        )
    require_shape("target", target, (len(input),))
    if target.device != input.device:
        raise ValueError(f"target lies on {target.device}, but input on {input.device}.")
    if not len(target):
        return
    # One reading: for each the host waits until the device has done all it was asked before.
    least, most = torch.stack(torch.aminmax(target)).tolist()
    if not 0 <= least <= most < input.shape[1]:
        raise ValueError(
            f"target must lie in 0 to {input.shape[1] - 1}, the classes that input has scores "
            f"for, but it goes from {least} to {most}."
        )


@triton.jit
@no_type_check
def _lose(scores, target, losses, log_sums, num_classes, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    label = tl.arange(0, BLOCK)
    x = tl.load(scores + row * num_classes + label, mask=label < num_classes, other=float("-inf"))
    x = x.to(tl.float32)
    largest = tl.max(x, axis=0)
    log_sum = largest + tl.log(tl.sum(tl.exp(x - largest), axis=0))
    right = tl.load(scores + row * num_classes + tl.load(target + row)).to(tl.float32)
    tl.store(losses + row, log_sum - right)
    tl.store(log_sums + row, log_sum)


@triton.jit
@no_type_check
def _blame(scores, target, grad_scores, log_sums, share, num_classes, BLOCK: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    label = tl.arange(0, BLOCK)
    known = label < num_classes
    x = tl.load(scores + row * num_classes + label, mask=known, other=float("-inf"))
    probability = tl.exp(x.to(tl.float32) - tl.load(log_sums + row))
    wanted = tl.where(label == tl.load(target + row), 1.0, 0.0)
    slope = (probability - wanted) * tl.load(share)
    tl.store(grad_scores + row * num_classes + label, slope, mask=known)
