"""What the networks of the lectures were trained with."""

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.color_offsets import ColorOffsets
from course_lib.data.augmentation.composition import Compose
from course_lib.data.augmentation.crops import RandomCrop, RandomTranslation
from course_lib.data.augmentation.cutout import Cutout
from course_lib.data.augmentation.flips import RandomHorizontalFlip
from course_lib.data.augmentation.scales import ScaleJitter
from course_lib.data.principal_components import PrincipalComponents


def alexnet_augmentation(colors: PrincipalComponents, size: int = 224) -> Compose:
    """Windows of 224 out of 256 x 256 images, mirror images, color offsets.

    Source: Krizhevsky et al. 2012, section 4.1. `colors` are the training set's,
    `PrincipalComponents.of_colors(train_images)`.
    """
    return Compose(RandomCrop(size), RandomHorizontalFlip(), ColorOffsets(colors))


def resnet_augmentation(
    colors: PrincipalComponents, shortest: int = 256, longest: int = 480, size: int = 224
) -> Compose:
    """Windows of 224 out of images of 256 to 480, mirror images, color offsets.

    Source: He et al. 2015, section 3.4.
    """
    jitter = ScaleJitter(shortest, longest, size)
    return Compose(jitter, RandomHorizontalFlip(), ColorOffsets(colors))


def cifar_augmentation(cutout: Cutout | None = None, padding: int = 4) -> Compose:
    """Pixels of padding, a window of 32, mirror images; and Cutout, if it is given.

    Source: He et al. 2015, section 4.2 (four pixels); DeVries & Taylor 2017, section 4.1.
    """
    steps: list[Augmentation] = [RandomCrop(32, padding=padding), RandomHorizontalFlip()]
    return Compose(*steps, *([cutout] if cutout else []))


def convnetjs_augmentation() -> Compose:
    """Shifts by up to 2 pixels and mirror images. Lecture: michigan_2025 (ConvNetJS, CIFAR-10)."""
    return Compose(RandomTranslation(2), RandomHorizontalFlip())
