"""How alike two regions of an image are: in color, in texture, in size, in how they fit.

Paper: Uijlings, van de Sande, Gevers & Smeulders 2013, "Selective search for object recognition",
section 3.2, equations 2 to 6.
Differs from the paper: one color space, the image's own; the eight Gaussian derivatives are the
slope along the eight compass directions, and only its rising side counts.
"""

from dataclasses import dataclass

import numpy as np

COLOR_BINS, TEXTURE_BINS, DIRECTIONS = 25, 10, 8
MEASURES = ("color", "texture", "size", "fill")


@dataclass(frozen=True)
class Region:
    """A connected piece of the image: its pixels counted, its box, its histograms (sum 1)."""

    size: int
    box: tuple[int, int, int, int]
    color: np.ndarray
    texture: np.ndarray

    def merged_with(self, other: "Region") -> "Region":
        """Equation 4: a histogram of the whole is the mean of its parts', weighted by size."""
        size = self.size + other.size
        parts = zip((self.color, self.texture), (other.color, other.texture), strict=True)
        color, texture = ((self.size * mine + other.size * theirs) / size for mine, theirs in parts)
        return Region(size, _hull(self.box, other.box), color, texture)


def similarity(
    first: Region, second: Region, image_size: int, measures: tuple[str, ...] = MEASURES
) -> float:
    """Equation 6: add up the measures asked for, each 0 to 1; `image_size` counts its pixels."""
    found = {
        "color": np.minimum(first.color, second.color).sum(),
        "texture": np.minimum(first.texture, second.texture).sum(),
        # Small regions first, so that none swallows the others one by one.
        "size": 1 - (first.size + second.size) / image_size,
        "fill": 1 - _gap(first, second) / image_size,
    }
    return float(sum(found[measure] for measure in measures))


def describe_regions(pixels: np.ndarray, segments: np.ndarray) -> list[Region]:
    """Describe the segments 0, 1, … of an image (h, w, channels) with values from 0 to 1."""
    color = _histograms(pixels, segments, COLOR_BINS)
    texture = _histograms(_slopes(pixels), segments, TEXTURE_BINS)
    regions = []
    for label in range(segments.max() + 1):
        y, x = np.nonzero(segments == label)
        box = (int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)
        regions.append(Region(len(x), box, color[label], texture[label]))
    return regions


def _hull(first: tuple, second: tuple) -> tuple[int, int, int, int]:
    x1, y1, x2, y2 = zip(first, second, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def _gap(first: Region, second: Region) -> int:
    """Pixels of the box around both that belong to neither."""
    x1, y1, x2, y2 = _hull(first.box, second.box)
    return (x2 - x1) * (y2 - y1) - first.size - second.size


def _slopes(pixels: np.ndarray) -> np.ndarray:
    """How much the smoothed image rises in eight directions, (h, w, 8 channels), 0 to 1."""
    from skimage.filters import gaussian

    # A hair's breadth of padding by repetition: np.gradient needs two pixels a side.
    smooth = gaussian(np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="edge"), 1, channel_axis=2)
    down, right = (slope[1:-1, 1:-1] for slope in np.gradient(smooth, axis=(0, 1)))
    angles = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    rising = [np.cos(angle) * right + np.sin(angle) * down for angle in angles]
    return np.concatenate(rising, axis=2).clip(0, 1)


def _histograms(values: np.ndarray, segments: np.ndarray, bins: int) -> np.ndarray:
    """One histogram per segment: `bins` for each channel of values in 0 to 1, all adding to 1."""
    channels, num_segments = values.shape[2], segments.max() + 1
    filled = np.minimum((values * bins).astype(np.int64), bins - 1)
    slots = (segments[:, :, None] * channels + np.arange(channels)) * bins + filled
    counts = np.bincount(slots.ravel(), minlength=num_segments * channels * bins)
    counts = counts.reshape(num_segments, channels * bins)
    return counts / counts.sum(axis=1, keepdims=True)
