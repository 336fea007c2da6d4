"""Selective search: join what looks alike, step by step, and propose the box of every region.

An object may be small or large, of one color or of parts, so no single segmentation finds it. A
whole hierarchy does: from some dozens of segments up to the image, each join gives one more box.
Paper: Uijlings, van de Sande, Gevers & Smeulders 2013, "Selective search for object recognition",
section 3, algorithm 1; first segments after Felzenszwalb & Huttenlocher 2004, by scikit-image.
Differs from the paper: one color space and one set of measures a call, where the paper joins
the proposals of up to 80 such strategies; they come in the order largest region first.
"""

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from course_lib.applications.detection.region_similarity import (
    MEASURES,
    Region,
    describe_regions,
    similarity,
)


def selective_search(
    image: UInt8[Tensor, "c h w"],
    scale: float = 50.0,
    sigma: float = 0.5,
    min_size: int = 10,
    measures: tuple[str, ...] = MEASURES,
) -> Float[Tensor, "n 4"]:
    """Propose boxes, each once: those of the first segments and of all that they join into.

    `scale`, `sigma` (smoothing, pixels) and `min_size` (pixels) are those of the segmentation:
    the larger, the fewer segments. `measures` are any of color, texture, size and fill.
    """
    unknown = set(measures) - set(MEASURES)
    if unknown or not measures:
        raise ValueError(f"measures is {measures}; choose one or more of {MEASURES}.")
    from skimage.segmentation import felzenszwalb

    pixels = image.cpu().permute(1, 2, 0).numpy() / 255
    segments = felzenszwalb(pixels, scale, sigma, min_size, channel_axis=2)
    regions = describe_regions(pixels, segments)
    hierarchy = group_regions(regions, _neighbors(segments), segments.size, measures)
    largest_first = sorted(hierarchy, key=lambda region: -region.size)
    boxes = dict.fromkeys(region.box for region in largest_first)
    return torch.tensor(list(boxes), dtype=torch.float32)


def group_regions(
    regions: list[Region],
    neighbors: set[tuple[int, int]],
    image_size: int,
    measures: tuple[str, ...] = MEASURES,
) -> list[Region]:
    """Algorithm 1: join the two most similar neighbors until no neighbors are left.

    `neighbors` are pairs of indices into `regions`. Returns the regions given and, after
    them, every join in the order it was made.
    """
    regions = list(regions)

    def alike(pair: tuple[int, int]) -> float:
        return similarity(regions[pair[0]], regions[pair[1]], image_size, measures)

    similarities = {pair: alike(pair) for pair in sorted(neighbors)}
    while similarities:
        joined = max(similarities, key=similarities.get)
        regions.append(regions[joined[0]].merged_with(regions[joined[1]]))
        touching = {pair for pair in similarities if set(pair) & set(joined)}
        around = sorted({index for pair in touching for index in pair} - set(joined))
        for pair in touching:
            del similarities[pair]
        for index in around:
            pair = (index, len(regions) - 1)
            similarities[pair] = alike(pair)
    return regions


def _neighbors(segments: np.ndarray) -> set[tuple[int, int]]:
    """Pairs of segments, the smaller number first, that share an edge of a pixel."""
    sideways = segments[:, :-1], segments[:, 1:]
    down = segments[:-1], segments[1:]
    pairs = {
        (int(min(pair)), int(max(pair)))
        for one, other in (sideways, down)
        for pair in zip(one.ravel(), other.ravel(), strict=True)
    }
    return {pair for pair in pairs if pair[0] != pair[1]}
