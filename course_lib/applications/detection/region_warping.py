"""Regions of any size as pictures of one size: cut out of the image and stretched.

Source: Girshick et al. 2014, section 2.1 and appendix A (anisotropic warping, with context).
Differs from the paper: what lies beyond the image is black, not the mean of the image.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.applications.detection.boxes import Boxes


def warp_regions(
    images: Float[Tensor, "n c h w"],
    regions: Sequence[Boxes],
    size: int = 28,
    context: int = 4,
) -> Float[Tensor, "all_regions c size size"]:
    """Cut each image's regions out and stretch every one to `size` by `size` pixels.

    `context` pixels of the result, on each side, show what surrounds the region; beyond the
    image everything is 0. The proportions are not kept.
    """
    if not 0 <= 2 * context < size:
        raise ValueError(f"context is {context}; it must be at least 0 and below half of {size}.")
    # Each pixel of the result is looked up where it came from; -1 and 1 are the image's edges.
    steps = (torch.arange(size, device=images.device) + 0.5 - context) / (size - 2 * context)
    edges = images.new_tensor([images.shape[3], images.shape[2]])
    warped = []
    for image, boxes in zip(images, regions, strict=True):
        first, extent = boxes[:, None, :2], boxes[:, None, 2:] - boxes[:, None, :2]
        x, y = ((first + steps[:, None] * extent) / edges * 2 - 1).unbind(-1)
        grid = torch.stack(torch.broadcast_tensors(x[:, None, :], y[:, :, None]), dim=-1)
        several = image.expand(len(boxes), -1, -1, -1)
        warped.append(torch.nn.functional.grid_sample(several, grid, align_corners=False))
    return torch.cat(warped)
