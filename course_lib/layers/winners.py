"""Which pixel won: what the backward of max pooling has to know, and its forward to remember.

A winner is a pixel's number: y * w + x for the pixel in row y and column x of an image.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import require_shape
from course_lib.layers.windows import Windows

Winners = Int[Tensor, "n c out_h out_w"]


def with_winners(
    view: Float[Tensor, "n c kernel_h kernel_w out_h out_w"], windows: Windows
) -> tuple[Float[Tensor, "n c out_h out_w"], Winners]:
    """Find the maxima of all windows, and which pixel each of them is.

    From position to position of the kernel the number of a pixel grows by the same `step` in
    every window, so what is carried along is the step of the last pixel that beat all before.
    """
    width, (dilation_h, dilation_w) = windows.image_size[1], windows.dilation
    start, first_step = _first_pixels(windows, view.device)
    output = view[:, :, 0, 0].contiguous()
    steps = first_step.expand(output.shape)
    for i, j in windows.positions():
        candidate = view[:, :, i, j].contiguous()  # read twice; in one piece that is faster
        beats = (candidate > output) | candidate.isnan()
        # Later pixels have larger steps: the maximum is the last that beat, without a branch.
        steps = torch.maximum(steps, beats.int() * (i * dilation_h * width + j * dilation_w))
        output = torch.maximum(output, candidate)
    return output, start + steps


def _first_pixels(windows: Windows, device: torch.device) -> tuple[Tensor, Tensor]:
    """Number the pixel under each window's corner, and the steps to its first pixel that is real.

    Both are (out_h, out_w). The corner may lie on the padding, whose numbers mean nothing.
    """
    corners, steps = [], []
    for direction in (0, 1):
        places = torch.arange(windows.output_size[direction], device=device)
        corner = places * windows.stride[direction] - windows.before[direction]
        gap, size = windows.dilation[direction], windows.image_size[direction]
        step = -(corner.clamp(max=0) // gap) * gap
        if (corner + step >= size).any():
            raise ValueError(
                f"dilation {windows.dilation} steps over the whole input of "
                f"{windows.image_size}: a window sees nothing but padding, and has no winner."
            )
        corners.append(corner)
        steps.append(step)
    width = windows.image_size[1]
    start, step = (rows[:, None] * width + columns for rows, columns in (corners, steps))
    return start, step.int()


def give_to_winners(
    grad_output: Float[Tensor, "n c out_h out_w"], indices: Winners, input: Float[Tensor, "n c h w"]
) -> Float[Tensor, "n c h w"]:
    """Add each gradient to the pixel of `input` that has this number; all others get 0."""
    require_shape("indices", indices, tuple(grad_output.shape))
    grad_pixels = torch.zeros_like(input.flatten(2), dtype=sum_dtype(input))
    grad_pixels.scatter_add_(2, indices.flatten(2), grad_output.flatten(2).to(grad_pixels.dtype))
    return grad_pixels.view(input.shape).to(input.dtype)
