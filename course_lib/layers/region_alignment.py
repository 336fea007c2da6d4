"""Region alignment: a grid of fixed size out of any box of a feature map, and nothing rounded.

`roi_pool` moves a box to whole pixels, by up to half a pixel of the map: that is 8 pixels of the
image after VGG-16, which a mask or a tight box cannot afford. Here each cell is read at points
between the pixels, by bilinear interpolation, and gives the mean of its points. All of that is
linear in the pixels: one sparse matrix times the table of pixels. The backward is the product
with the transposed matrix. Boxes have no gradient.
Source: He, Gkioxari, Dollár & Girshick 2017, "Mask R-CNN", arXiv:1703.06870, section 3.
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


def roi_align(
    input: Float[Tensor, "n c h w"],
    boxes: Boxes,
    output_size: Size,
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Cells:
    """Take the mean of points inside each cell of each box; equals torchvision.ops.roi_align.

    `boxes` and `spatial_scale` are those of `roi_pool`. A cell has sampling_ratio x
    sampling_ratio points, evenly spread; with a ratio of 0 or less about one point for each
    pixel it covers. With `aligned` the box is moved by half a pixel, because the middle of
    pixel 0 lies at 0.5 (the first programs left that out); without, a box is at least 1 wide and
    high. A point farther than a pixel outside of the map counts as 0.

    Raises ValueError for boxes that do not fit the batch.
    """
    regions = regions_of(input, boxes, output_size, spatial_scale)
    pixels = pixel_table(input.to(sum_dtype(input)))
    shares = _shares(regions, len(pixels), sampling_ratio, aligned)
    return cell_maps(torch.sparse.mm(shares, pixels), regions).to(input.dtype)


def roi_align_backward(
    grad_output: Cells,
    input: Float[Tensor, "n c h w"],
    boxes: Boxes,
    output_size: Size,
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Float[Tensor, "n c h w"]:
    """Give each pixel the gradient of the cells it was read for, times its share in each.

    Of `input` only the shape matters: a mean of interpolated points is linear in the pixels.
    """
    regions = regions_of(input, boxes, output_size, spatial_scale)
    require_shape("grad_output", grad_output, (len(regions), input.shape[1], *regions.grid))
    (num_images, num_channels), (height, width) = input.shape[:2], regions.map_size
    shares = _shares(regions, num_images * height * width, sampling_ratio, aligned)
    grad_pixels = torch.sparse.mm(shares.mT, pixel_table(grad_output.to(sum_dtype(input))))
    grad_maps = grad_pixels.view(num_images, height, width, num_channels)
    return grad_maps.movedim(-1, 1).to(input.dtype).contiguous()


def _shares(
    regions: Regions, num_pixels: int, sampling_ratio: int, aligned: bool
) -> Float[Tensor, "cells pixels"]:
    """Write `roi_align` as a sparse matrix: how much of each pixel goes into each cell.

    Interpolation and mean go along rows and columns apart, so a share is a product of two.
    """
    rows, row_shares = _readings(regions, 0, sampling_ratio, aligned)
    columns, column_shares = _readings(regions, 1, sampling_ratio, aligned)
    shares = row_shares[:, :, None, :, None] * column_shares[:, None, :, None, :]
    numbers = rows[:, :, None, :, None] * regions.map_size[1] + columns[:, None, :, None, :]
    numbers = numbers + regions.first_pixel[:, None, None, None, None]
    shares, numbers = shares.flatten(0, 2).flatten(1), numbers.flatten(0, 2).flatten(1)
    cell, reading = shares.nonzero(as_tuple=True)
    places = torch.stack([cell, numbers[cell, reading]])
    return torch.sparse_coo_tensor(
        places, shares[cell, reading], (len(shares), num_pixels), check_invariants=False
    )


def _readings(
    regions: Regions, direction: int, sampling_ratio: int, aligned: bool
) -> tuple[Int[Tensor, "regions cells readings"], Float[Tensor, "regions cells readings"]]:
    """Say along one direction which pixels the points of a cell are read from, and their shares.

    A point at 2.3 is 0.7 of pixel 2 and 0.3 of pixel 3: two readings.
    """
    low, high = (edge - 0.5 if aligned else edge for edge in regions.ends(direction))
    length = high - low if aligned else (high - low).clamp(min=1)
    side = length / regions.grid[direction]
    count = side.ceil() if sampling_ratio <= 0 else torch.full_like(side, sampling_ratio)
    count = count.clamp(min=0)  # a box may end before it starts
    point = torch.arange(int(count.max()) if len(regions) else 0, device=count.device)
    inside_cell = (point + 0.5) * side / count.clamp(min=1)  # regions points
    starts = low + regions.steps(direction) * side  # regions cells
    position = starts[:, :, None] + inside_cell[:, None]  # regions cells points
    limit = regions.map_size[direction]
    counts = (position >= -1) & (position <= limit) & (point < count)[:, None]
    weight = counts / count.clamp(min=1)[:, None]
    position = position.clamp(0, limit - 1)
    before = position.floor()
    beyond = position - before
    # At the last pixel nothing is beyond: the share of the pixel after it is 0, and falls away.
    pixels = torch.cat([before, before + 1], dim=2).long()
    return pixels, torch.cat([(1 - beyond) * weight, beyond * weight], dim=2)
