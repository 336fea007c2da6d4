"""Mirror images, crops and jitter as a lecture shows them.

Lecture: kaist, "Data augmentation". Source: Krizhevsky et al. 2012, section 4.1.
"""

import torch

from course_lib.data.augmentation import ColorJitter, RandomCrop, RandomHorizontalFlip


def changes_give_other_images() -> list[bool]:
    """Whether flips, crops of 28 from 32 and jitter of color give another image than they got."""
    images = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    changes = (RandomHorizontalFlip(1.0), RandomCrop(28), ColorJitter(brightness=0.4))
    generator = torch.Generator().manual_seed(1)
    return [not _same(change(images, generator), images) for change in changes]


def crop_size() -> list[int]:
    """What a crop of 224 leaves of images of 256."""
    images = torch.zeros(1, 3, 256, 256)
    return list(RandomCrop(224)(images, torch.Generator().manual_seed(0)).shape[2:])


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a, b)
