"""Anchors: boxes of a few sizes and shapes at every place of the maps, from which offsets count.

Paper: Ren, He, Girshick & Sun 2015, "Faster R-CNN: towards real-time object detection with region
proposal networks", section 3.1.1.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def anchor_boxes(
    map_size: tuple[int, int],
    stride: int,
    sizes: tuple[float, ...],
    ratios: tuple[float, ...],
) -> Float[Tensor, "anchors 4"]:
    """List the anchors row by row; at each place size by size, for each size ratio by ratio.

    An anchor of size s has the area s² and its ratio is height / width. It is centered on its
    place of the maps, which covers `stride` by `stride` pixels of the image.
    """
    if not sizes or not ratios or min(*sizes, *ratios) <= 0:
        raise ValueError(f"sizes {sizes} and ratios {ratios} need one number above 0 each.")
    roots = torch.tensor(ratios).sqrt()
    heights = torch.tensor(sizes, dtype=torch.float32)[:, None] * roots
    widths = torch.tensor(sizes, dtype=torch.float32)[:, None] / roots
    halves = torch.stack([widths.flatten(), heights.flatten()], dim=1) / 2
    y, x = torch.meshgrid(*(torch.arange(places) for places in map_size), indexing="ij")
    centers = (torch.stack([x.flatten(), y.flatten()], dim=1)[:, None] + 0.5) * stride
    return torch.cat([centers - halves, centers + halves], dim=-1).flatten(0, 1)
