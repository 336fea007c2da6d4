"""Pooling: keep one number of each window, the largest or the mean.

Both walk over the few positions of the kernel instead of the many windows: position (i, j) of
all windows at once is one slice of the image (see `Windows.view`).
Source: LeCun et al. 1998, section II.A (subsampling by means); Krizhevsky et al. 2012, section
3.4 (overlapping maxima: kernel_size z = 3, stride s = 2).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import Size, pair, require_shape
from course_lib.layers.windows import Windows, windows_of
from course_lib.layers.winners import Winners, give_to_winners, with_winners


def max_pool2d(
    input: Float[Tensor, "n c h w"],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Float[Tensor, "n c out_h out_w"] | tuple[Float[Tensor, "n c out_h out_w"], Winners]:
    """Take the largest number of each window. The stride is the kernel size unless given.

    The padding is minus infinity, so it never wins. With ceil_mode a last window may hang over
    the edge. With return_indices the winners come too: pixel (y, x) has the number y * w + x.
    Raises ValueError for a padding of more than half the kernel.
    """
    windows = pool_windows(input, kernel_size, stride, padding, dilation, ceil_mode)
    view = windows.view(windows.pad(input, -torch.inf))
    if return_indices:
        return with_winners(view, windows)
    output = view[:, :, 0, 0]
    for i, j in windows.positions():
        output = torch.maximum(output, view[:, :, i, j])
    return output


def max_pool2d_backward(
    grad_output: Float[Tensor, "n c out_h out_w"],
    input: Float[Tensor, "n c h w"],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    indices: Winners | None = None,
) -> Float[Tensor, "n c h w"]:
    """Send each output's gradient back to the pixel that won its window.

    Windows overlap when stride < kernel_size (AlexNet pools 3x3 with stride 2), so one pixel
    may win several windows and its gradients add up. Of equal pixels the first wins, row by row.
    The winners are looked for again, which takes longer than all the rest, unless `indices`
    brings them from the forward.
    """
    windows = pool_windows(input, kernel_size, stride, padding, dilation, ceil_mode)
    require_shape("grad_output", grad_output, (*input.shape[:2], *windows.output_size))
    if indices is None:
        view = windows.view(windows.pad(input, -torch.inf))
        indices = with_winners(view, windows)[1]
    return give_to_winners(grad_output, indices, input)


def avg_pool2d(
    input: Float[Tensor, "n c h w"],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Float[Tensor, "n c out_h out_w"]:
    """Take the mean of each window. The stride is the kernel size unless given.

    The padding is zeros, and counts as pixels unless count_include_pad is False; what hangs over
    in ceil_mode never counts. `divisor_override` divides every sum by that number instead.
    """
    windows = pool_windows(input, kernel_size, stride, padding, 1, ceil_mode)
    divisor = _divisor(windows, input, count_include_pad, divisor_override)
    view = windows.view(windows.pad(input))
    total = torch.zeros_like(view[:, :, 0, 0], dtype=sum_dtype(input))
    for i, j in windows.positions():
        total += view[:, :, i, j]
    return (total / divisor).to(input.dtype)


def avg_pool2d_backward(
    grad_output: Float[Tensor, "n c out_h out_w"],
    input: Float[Tensor, "n c h w"],
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Float[Tensor, "n c h w"]:
    """Give each pixel of a window the same share of its output's gradient.

    Of `input` only the shape matters: the mean is linear.
    """
    windows = pool_windows(input, kernel_size, stride, padding, 1, ceil_mode)
    require_shape("grad_output", grad_output, (*input.shape[:2], *windows.output_size))
    share = grad_output / _divisor(windows, input, count_include_pad, divisor_override)
    padded_grad = windows.pad(torch.zeros_like(input, dtype=sum_dtype(input)))
    view = windows.view(padded_grad)
    for i, j in windows.positions():
        view[:, :, i, j] += share
    return windows.crop(padded_grad).to(input.dtype)


def pool_windows(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
) -> Windows:
    """Place a pooling's windows on `input`; ValueError where the sizes make no sense."""
    kernel, margin = pair(kernel_size, "kernel_size"), pair(padding, "padding", minimum=0)
    if margin[0] > kernel[0] // 2 or margin[1] > kernel[1] // 2:
        raise ValueError(f"padding {padding} is more than half the kernel_size {kernel_size}.")
    stride = kernel_size if stride is None else stride
    return windows_of(input, kernel, stride, margin, dilation, ceil_mode)


def _divisor(
    windows: Windows, input: Tensor, count_include_pad: bool, divisor_override: int | None
) -> int | Tensor:
    """Count the pixels of each window, (1, 1, out_h, out_w)."""
    if divisor_override == 0:
        raise ValueError("divisor_override must not be 0.")
    if divisor_override is not None:
        return divisor_override
    image = input.new_zeros(1, 1, *windows.image_size, dtype=sum_dtype(input))
    counts = windows.pad(image)
    windows.crop(counts).fill_(1)
    if count_include_pad:
        # As much padding behind the image as before it; what lies beyond it is overhang.
        (top, left), (height, width) = windows.before, windows.image_size
        counts[..., : height + 2 * top, : width + 2 * left] = 1
    return windows.view(counts).sum(dim=(2, 3))
