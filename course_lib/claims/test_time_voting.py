"""The ten crops of a test image.

Lecture: sharif_2024, "Augmentations In Action". Source: Krizhevsky et al. 2012, section 4.1.
"""

import torch

from course_lib.data.test_time_crops import ten_crops


def num_crops() -> int:
    """Four corners and the middle, and their mirror images."""
    return ten_crops(torch.zeros(1, 3, 256, 256)).shape[1]
