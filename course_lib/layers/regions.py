"""Regions of images: how boxes are given, and where they lie on a feature map.

A box is (x1, y1, x2, y2): left, top, right and bottom edge, in pixels of the image. A feature
map is smaller than its image by `spatial_scale`, 1/16 after the four poolings of VGG-16.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import Pair, Size, pair

Cells = Float[Tensor, "regions c out_h out_w"]
Boxes = Float[Tensor, "regions 5"] | Sequence[Float[Tensor, "_ 4"]]


@dataclass(frozen=True)
class Regions:
    """Boxes on the feature maps of a batch, and the grid that each of them is cut into."""

    first_pixel: Tensor  # (regions,) the number of the first pixel of the region's image
    edges: Tensor  # (regions, 4) left, top, right, bottom in pixels of the map
    grid: Pair  # rows and columns
    map_size: Pair

    def __len__(self) -> int:
        return len(self.edges)

    def ends(self, direction: int) -> tuple[Float[Tensor, "regions 1"], Float[Tensor, "regions 1"]]:
        """Return top and bottom edges (direction 0) or left and right ones (direction 1)."""
        return self.edges[:, 1 - direction, None], self.edges[:, 3 - direction, None]

    def steps(self, direction: int) -> Tensor:
        """Count the cells of the grid along one direction, from 0, in the dtype of the edges."""
        numbers = torch.arange(self.grid[direction], device=self.edges.device)
        return numbers.to(self.edges.dtype)


def regions_of(input: Tensor, boxes: Boxes, output_size: Size, spatial_scale: float) -> Regions:
    """Read boxes: one (k, 4) tensor an image, or all in one, (k, 5), behind their image's number.

    Raises ValueError for boxes of another shape, of no image of the batch, or not finite.
    """
    if input.ndim != 4:
        raise ValueError(f"input must be (n, channels, height, width), not {tuple(input.shape)}.")
    if not input.is_floating_point():
        raise ValueError(f"input holds {input.dtype}, not fractions; give input.float().")
    if not spatial_scale > 0:
        raise ValueError(f"spatial_scale must be above 0, but it is {spatial_scale}.")
    height, width = input.shape[2:]
    numbered = boxes if isinstance(boxes, Tensor) else _numbered(boxes, len(input))
    if numbered.ndim != 2 or numbered.shape[1] != 5:
        raise ValueError(
            f"boxes must be (k, 5), image number, x1, y1, x2, y2, not {tuple(numbered.shape)}; "
            "or a list with one (k, 4) tensor for each image."
        )
    numbered = numbered.to(input.device, sum_dtype(input))
    images = numbered[:, 0]
    if ((images < 0) | (images >= len(input)) | (images % 1 != 0)).any():
        raise ValueError(
            f"boxes name images {images.unique().tolist()}, but input has images 0 to "
            f"{len(input) - 1}."
        )
    if not numbered.isfinite().all():
        raise ValueError("boxes hold infinite numbers or NaN; a box must be finite.")
    first_pixel = images.long() * (height * width)
    edges = numbered[:, 1:] * spatial_scale
    return Regions(first_pixel, edges, pair(output_size, "output_size"), (height, width))


def pixel_table(maps: Float[Tensor, "n c h w"]) -> Float[Tensor, "pixels c"]:
    """Lay maps out as a table with one row a pixel: image by image, row by row."""
    return maps.movedim(1, -1).reshape(-1, maps.shape[1])


def cell_maps(table: Float[Tensor, "cells c"] | Int[Tensor, "cells c"], regions: Regions) -> Tensor:
    """Bring a table with one row a cell into the shape (regions, c, out_h, out_w)."""
    maps = table.view(len(regions), *regions.grid, table.shape[1])
    return maps.movedim(-1, 1).contiguous()


def _numbered(boxes: Sequence[Tensor], num_images: int) -> Float[Tensor, "regions 5"]:
    """Put the number of its image before each box."""
    if len(boxes) != num_images:
        raise ValueError(
            f"boxes has {len(boxes)} tensors for {num_images} images; give one for each, "
            "of shape (0, 4) where an image has no box."
        )
    for index, given in enumerate(boxes):
        if given.ndim != 2 or given.shape[1] != 4:
            raise ValueError(
                f"boxes[{index}] must be (k, 4), x1, y1, x2, y2, not {tuple(given.shape)}."
            )
    images = torch.cat([given.new_full((len(given), 1), i) for i, given in enumerate(boxes)])
    return torch.cat([images, torch.cat(list(boxes))], dim=1)
