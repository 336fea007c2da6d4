"""Adaptive pooling: the size of the output is given, and the windows follow from it.

Along a side of h pixels, bin i of o covers the pixels floor(i h / o) to ceil((i + 1) h / o) - 1.
Where o does not divide h, the bins differ in size or share a pixel. A network that ends in it
takes images of any size; with one bin it replaces the fully connected layers altogether.
Sources: Lin, Chen & Yan 2013, "Network in network", arXiv:1312.4400, section 3.2 (the global
mean); He et al. 2014, arXiv:1406.4729, section 2.2 (a fixed number of bins for any image size).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import Pair, pair, require_shape
from course_lib.layers.winners import Winners, give_to_winners

AdaptiveSize = int | tuple[int | None, int | None]


def bins(num_pixels: int, num_bins: int) -> list[slice]:
    """Cut a side into bins of nearly the same size; neighbors may share one pixel."""
    return [
        slice(i * num_pixels // num_bins, -(-(i + 1) * num_pixels // num_bins))
        for i in range(num_bins)
    ]


def adaptive_avg_pool2d(
    input: Float[Tensor, "n c h w"], output_size: AdaptiveSize
) -> Float[Tensor, "n c out_h out_w"]:
    """Take the mean of each bin. A None in `output_size` keeps that side as it is.

    A bin is a rectangle, so its mean is the mean over columns of the means over rows.
    """
    height, width = _read(input, output_size)
    x = input.to(sum_dtype(input))
    rows = [x[:, :, rows].mean(dim=2) for rows in bins(input.shape[2], height)]
    x = torch.stack(rows, dim=2)  # n c out_h w
    columns = [x[..., columns].mean(dim=3) for columns in bins(input.shape[3], width)]
    return torch.stack(columns, dim=3).to(input.dtype)


def adaptive_avg_pool2d_backward(
    grad_output: Float[Tensor, "n c out_h out_w"],
    input: Float[Tensor, "n c h w"],
    output_size: AdaptiveSize,
) -> Float[Tensor, "n c h w"]:
    """Give each pixel of a bin the same share; a pixel of two bins gets two.

    Of `input` only the shape matters: the mean is linear.
    """
    height, width = _read(input, output_size)
    require_shape("grad_output", grad_output, (*input.shape[:2], height, width))
    grad_output = grad_output.to(sum_dtype(input))
    grad_rows = grad_output.new_zeros(*grad_output.shape[:3], input.shape[3])  # n c out_h w
    for x, columns in enumerate(bins(input.shape[3], width)):
        grad_rows[..., columns] += grad_output[..., x : x + 1] / (columns.stop - columns.start)
    grad_input = torch.zeros_like(input, dtype=grad_output.dtype)
    for y, rows in enumerate(bins(input.shape[2], height)):
        grad_input[:, :, rows] += grad_rows[:, :, y : y + 1] / (rows.stop - rows.start)
    return grad_input.to(input.dtype)


def adaptive_max_pool2d(
    input: Float[Tensor, "n c h w"], output_size: AdaptiveSize, return_indices: bool = False
) -> Float[Tensor, "n c out_h out_w"] | tuple[Float[Tensor, "n c out_h out_w"], Winners]:
    """Take the largest number of each bin. A None in `output_size` keeps that side as it is.

    With return_indices the winners come too: pixel (y, x) has the number y * w + x.
    """
    height, width = _read(input, output_size)
    if return_indices:
        return _with_winners(input, height, width)
    rows = [input[:, :, rows].amax(dim=2) for rows in bins(input.shape[2], height)]
    x = torch.stack(rows, dim=2)  # n c out_h w
    columns = [x[..., columns].amax(dim=3) for columns in bins(input.shape[3], width)]
    return torch.stack(columns, dim=3)


def adaptive_max_pool2d_backward(
    grad_output: Float[Tensor, "n c out_h out_w"],
    input: Float[Tensor, "n c h w"],
    output_size: AdaptiveSize,
    indices: Winners | None = None,
) -> Float[Tensor, "n c h w"]:
    """Send each output's gradient to the pixel that won its bin; of equal pixels to the first.

    The winners are looked for again unless `indices` brings them from the forward.
    """
    height, width = _read(input, output_size)
    require_shape("grad_output", grad_output, (*input.shape[:2], height, width))
    if indices is None:
        indices = _with_winners(input, height, width)[1]
    return give_to_winners(grad_output, indices, input)


def global_avg_pool2d(input: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c"]:
    """Take the mean of each whole map: one number a channel, ready for a linear layer.

    It has no weights, and as many inputs of the classifier as maps, not as pixels: GoogLeNet
    and ResNet end so. `adaptive_avg_pool2d(input, 1)` is the same with sides of 1.
    """
    return adaptive_avg_pool2d(input, 1).flatten(1)


def global_avg_pool2d_backward(
    grad_output: Float[Tensor, "n c"], input: Float[Tensor, "n c h w"]
) -> Float[Tensor, "n c h w"]:
    """Give every pixel of a map 1 / (h w) of its mean's gradient."""
    require_shape("grad_output", grad_output, tuple(input.shape[:2]))
    return adaptive_avg_pool2d_backward(grad_output[..., None, None], input, 1)


def _with_winners(
    input: Float[Tensor, "n c h w"], height: int, width: int
) -> tuple[Float[Tensor, "n c out_h out_w"], Winners]:
    """Find the maxima and their pixels: the best column of each row, then the best row.

    In this order the first of equal pixels wins, row by row; max takes the first, too.
    """
    best = [input[..., columns].max(dim=3) for columns in bins(input.shape[3], width)]
    x = torch.stack([values for values, _ in best], dim=3)  # n c h out_w
    starts = [columns.start for columns in bins(input.shape[3], width)]
    columns = torch.stack([i + start for (_, i), start in zip(best, starts, strict=True)], dim=3)
    best = [x[:, :, rows].max(dim=2) for rows in bins(input.shape[2], height)]
    output = torch.stack([values for values, _ in best], dim=2)
    starts = [rows.start for rows in bins(input.shape[2], height)]
    rows = torch.stack([i + start for (_, i), start in zip(best, starts, strict=True)], dim=2)
    return output, rows * input.shape[3] + columns.gather(2, rows)


def _read(input: Tensor, output_size: AdaptiveSize) -> Pair:
    """Return the sizes of the output; ValueError for an input that has no pixels to pool."""
    if input.ndim != 4 or 0 in input.shape[2:]:
        raise ValueError(
            f"input must be (n, channels, height, width) with pixels, not {tuple(input.shape)}. "
            "One image is a batch of one: input[None]."
        )
    if not input.is_floating_point():
        raise ValueError(f"input holds {input.dtype}, not fractions; give input.float().")
    if isinstance(output_size, tuple | list) and len(output_size) == 2:
        sides = zip(output_size, input.shape[2:], strict=True)
        output_size = tuple(side if size is None else size for size, side in sides)
    return pair(output_size, "output_size")
