"""What the crops, the color offsets and the blanked regions of an augmentation are.

Lecture: sharif_2024, "Augmentations In Action".
"""

import torch
from torch import Tensor

from course_lib.data.augmentation import ColorOffsets, Cutout
from course_lib.data.principal_components import PrincipalComponents


def same_offset_for_all_pixels() -> bool:
    """Whether all pixels of an image move by the same color, and two images by different ones."""
    colors = torch.Generator().manual_seed(0)
    images = torch.rand(2, 3, 8, 8, generator=colors) / 2 + 0.25
    offsets = ColorOffsets(PrincipalComponents.of_colors(images))(images, colors) - images
    of_first_pixel = offsets[:, :, :1, :1].expand_as(offsets)
    one_each = torch.allclose(offsets, of_first_pixel, atol=1e-6)
    return one_each and not torch.allclose(offsets[0], offsets[1], atol=1e-6)


def num_color_components() -> int:
    """Directions along which colors are shifted."""
    return len(PrincipalComponents.of_colors(_square_image()).eigenvalues)


def cutout_blanks_a_region() -> bool:
    """Whether some pixels of an image become 0, all channels at once, and the others stay."""
    images = torch.ones(4, 3, 32, 32)
    out = Cutout()(images, torch.Generator().manual_seed(0))
    blank = out == 0
    alike = torch.equal(blank, blank[:, :1].expand_as(blank))
    return alike and bool(blank.any()) and bool((out[~blank] == 1).all())


def _square_image() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, 3, 64, 64, generator=generator)
