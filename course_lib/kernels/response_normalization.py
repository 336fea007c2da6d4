"""Local response normalization in one pass: read a tile, read its neighbors, write.

A tile is some channels of some pixels. The channels beside it come out of the cache, because the
programs that have them run at the same time; the sum of squares is never written to memory.
Source: Krizhevsky, Sutskever & Hinton 2012, section 3.3.
"""

from typing import no_type_check

import torch
import triton
import triton.language as tl
from jaxtyping import Float
from torch import Tensor

from course_lib.kernels.devices import require_ready
from course_lib.layers.channels import require_channels
from course_lib.layers.response_normalization import window

CHANNELS, PIXELS = 8, 256


def local_response_norm(
    input: Float[Tensor, "n c *space"],
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
    *,
    divide_alpha: bool = True,
    both_ends: bool = False,
) -> Float[Tensor, "n c *space"]:
    """Equal `course_lib.layers.local_response_norm`, errors included; it has no gradient.

    Raises ValueError for a tensor that is not on a CUDA device.
    """
    require_ready(input=input)
    require_channels(input)
    below, above = window(size, both_ends)
    num_channels, num_pixels = input.shape[1], input[:1, :1].numel()
    output = input.new_empty(input.shape)
    num_tiles = triton.cdiv(num_channels, CHANNELS) * triton.cdiv(num_pixels, PIXELS)
    if output.numel():
        # On one axis: the others take 65,535 programs, and a batch may have more images.
        with torch.cuda.device_of(input):
            _normalize[(len(input) * num_tiles,)](
                input.contiguous(),
                output,
                num_channels,
                num_pixels,
                alpha / size if divide_alpha else alpha,
                beta,
                k,
                BELOW=below,
                ABOVE=above,
                CHANNELS=CHANNELS,
                PIXELS=PIXELS,
            )
    return output


@triton.jit
@no_type_check
def _normalize(
    input,
    output,
    num_channels,
    num_pixels,
    scale,
    beta,
    k,
    BELOW: tl.constexpr,
    ABOVE: tl.constexpr,
    CHANNELS: tl.constexpr,
    PIXELS: tl.constexpr,
):
    across, down = tl.cdiv(num_pixels, PIXELS), tl.cdiv(num_channels, CHANNELS)
    tile, image = tl.program_id(0) % (across * down), tl.program_id(0) // (across * down)
    pixel = tile % across * PIXELS + tl.arange(0, PIXELS)[None, :]
    channel = tile // across * CHANNELS + tl.arange(0, CHANNELS)[:, None]
    of_image = image.to(tl.int64) * num_channels * num_pixels
    address = of_image + channel * num_pixels + pixel
    known = (channel < num_channels) & (pixel < num_pixels)
    squares = tl.zeros((CHANNELS, PIXELS), dtype=tl.float32)
    for offset in tl.static_range(-BELOW, ABOVE + 1):
        there = (channel + offset >= 0) & (channel + offset < num_channels) & (pixel < num_pixels)
        near = tl.load(input + address + offset * num_pixels, mask=there, other=0.0)
        near = near.to(tl.float32)
        squares += near * near
    value = tl.load(input + address, mask=known, other=0.0).to(tl.float32)
    divided = value * tl.exp(-beta * tl.log(k + scale * squares))
    tl.store(output + address, divided, mask=known)
