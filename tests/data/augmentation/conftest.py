"""Images and keys that the tests of augmentation share."""

import pytest
import torch

from course_lib.data.augmentation import sample_keys


@pytest.fixture
def images():
    """Odd, not square, no two alike; enough of them that one draw will not do for all."""
    return torch.randint(0, 256, (6, 3, 23, 17), dtype=torch.uint8)


@pytest.fixture
def keys():
    return sample_keys(seed=5, epoch=2, indices=torch.arange(6))


@pytest.fixture(scope="session")
def places():
    """An image whose pixels are their own number, so that a test sees where each one went."""

    def make(num: int, height: int, width: int) -> torch.Tensor:
        return (
            torch.arange(height * width, dtype=torch.uint8)
            .view(1, 1, height, width)
            .repeat(num, 1, 1, 1)
        )

    return make
