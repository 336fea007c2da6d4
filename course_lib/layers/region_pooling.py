"""Region pooling: a grid of fixed size out of any box of a feature map, by the maxima of its cells.

A detector computes the map of an image once and looks at many boxes of it. The layers after it
want one size, so each box is cut into `output_size` cells, and each cell gives its largest pixel.
Box and cells are rounded to whole pixels (`roi_align` rounds nothing). Boxes have no gradient.
Source: Girshick 2015, "Fast R-CNN", arXiv:1504.08083, section 2.1.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.regions import (
    Boxes,
    Cells,
    Regions,
    cell_maps,
    pixel_table,
    regions_of,
)
from course_lib.layers.sizes import Size, require_shape


def roi_pool(
    input: Float[Tensor, "n c h w"],
    boxes: Boxes,
    output_size: Size,
    spatial_scale: float = 1.0,
    return_indices: bool = False,
) -> Cells | tuple[Cells, Int[Tensor, "regions c out_h out_w"]]:
    """Take the largest pixel of each cell of each box; equals torchvision.ops.roi_pool.

    `boxes` is one (k, 4) tensor for each image, x1, y1, x2, y2, or one (k, 5) tensor with the
    number of the image before them; `spatial_scale` is map pixels for one image pixel. The last
    row and column belong to the box, so no box is empty; a cell outside of the map gives 0.
    With return_indices the winners come too: y * w + x in their map, -1 for an empty cell.

    Raises ValueError for boxes that do not fit the batch.
    """
    regions = regions_of(input, boxes, output_size, spatial_scale)
    output, winners = _largest(pixel_table(input), regions, with_winners=return_indices)
    output = cell_maps(output, regions)
    return (output, cell_maps(winners, regions)) if return_indices else output


def roi_pool_backward(
    grad_output: Cells,
    input: Float[Tensor, "n c h w"],
    boxes: Boxes,
    output_size: Size,
    spatial_scale: float = 1.0,
    indices: Int[Tensor, "regions c out_h out_w"] | None = None,
) -> Float[Tensor, "n c h w"]:
    """Send each cell's gradient to the pixel that won it; boxes overlap, so gradients add up.

    The winners are looked for again unless `indices` brings them from the forward.
    """
    regions = regions_of(input, boxes, output_size, spatial_scale)
    require_shape("grad_output", grad_output, (len(regions), input.shape[1], *regions.grid))
    if indices is None:
        winners = _largest(pixel_table(input), regions, with_winners=True)[1]
        indices = cell_maps(winners, regions)
    require_shape("indices", indices, tuple(grad_output.shape))
    # One long row of all pixels of all channels of all images; empty cells give nothing away.
    channels = torch.arange(input.shape[1], device=input.device)[:, None, None]
    map_pixels = regions.map_size[0] * regions.map_size[1]
    first = regions.first_pixel[:, None, None, None] * input.shape[1] + channels * map_pixels
    given = grad_output.to(sum_dtype(input)).masked_fill(indices < 0, 0)
    grad_pixels = given.new_zeros(input.numel())
    grad_pixels.index_add_(0, (first + indices.clamp(min=0)).flatten(), given.flatten())
    return grad_pixels.view(input.shape).to(input.dtype)


def _largest(
    pixels: Float[Tensor, "pixels c"], regions: Regions, with_winners: bool
) -> tuple[Float[Tensor, "cells c"], Int[Tensor, "cells c"] | None]:
    """Find the largest pixel of each cell and, if asked to, its number y * w + x in its map.

    All cells are walked together, row by row: first their first pixels, then the second ones.
    In the order of their areas, those that have a pixel left are always the first `reached`.
    """
    image, corner, widths, areas = _cells(regions)
    order = areas.argsort(descending=True)
    image, corner, widths = image[order], corner[order], widths[order].clamp(min=1)
    best = pixels.new_full((len(order), pixels.shape[1]), -torch.inf)
    steps = torch.zeros(best.shape if with_winners else 0, dtype=torch.int32, device=best.device)
    num_left = len(areas) - areas.bincount().cumsum(0)  # cells with more than 0, 1, 2, … pixels
    for number, reached in enumerate(num_left[:-1].tolist()):
        across = widths[:reached]
        step = number // across * regions.map_size[1] + number % across
        candidate = pixels[image[:reached] + corner[:reached] + step]
        if with_winners:
            # Later pixels have larger steps: the maximum is the last that beat, without a branch.
            beats = (candidate > best[:reached]) * step.int()[:, None]
            steps[:reached] = torch.maximum(steps[:reached], beats)
        best[:reached] = torch.maximum(best[:reached], candidate)
    num_filled = int((areas > 0).sum())
    best[num_filled:] = 0
    sorted_back = order.argsort()
    if not with_winners:
        return best[sorted_back], None
    winners = corner[:, None] + steps
    winners[num_filled:] = -1
    return best[sorted_back], winners[sorted_back]


def _cells(regions: Regions) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return of each cell: its image's first pixel, its corner's number, its width, its area."""
    (top, bottom), (left, right) = _rounded_cells(regions, 0), _rounded_cells(regions, 1)
    corner = top[:, :, None] * regions.map_size[1] + left[:, None]  # regions out_h out_w
    image = regions.first_pixel[:, None, None].expand(corner.shape)
    widths = (right - left)[:, None].expand(corner.shape)
    areas = (bottom - top)[:, :, None] * widths
    return image.flatten(), corner.flatten(), widths.flatten(), areas.flatten()


def _rounded_cells(
    regions: Regions, direction: int
) -> tuple[Int[Tensor, "regions cells"], Int[Tensor, "regions cells"]]:
    """Cut the boxes along one direction: the first pixel of each cell, and the one after its last.

    Cells are rounded outward, so neighbors may share a pixel.
    """
    low, high = (_rounded(edge) for edge in regions.ends(direction))
    side = (high - low + 1).clamp(min=1) / regions.grid[direction]
    steps = regions.steps(direction)
    starts, stops = (steps * side).floor() + low, ((steps + 1) * side).ceil() + low
    limit = regions.map_size[direction]
    return starts.clamp(0, limit).long(), stops.clamp(0, limit).long()


def _rounded(numbers: Tensor) -> Tensor:
    """Round halves away from zero, as C does; torch rounds them to the even neighbor."""
    whole = numbers.trunc()
    half = (numbers - whole).abs() == 0.5
    return torch.where(half, whole + numbers.sign(), numbers.round())
