"""Training images changed so that their labels stay true, on the device, each by its own draws.

    augment = Compose(RandomCrop(32, padding=4), RandomHorizontalFlip(), Cutout(16))
    batch = augment(images, generator)
    batch = augment(images, keys=sample_keys(seed, epoch, indices))

With keys, what becomes of an image does not depend on the batch it lies in.
"""

from course_lib.data.augmentation.affine import (
    RandomRotation,
    RandomShear,
    RandomStretch,
    affine,
    rotations,
    shears,
)
from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.blur import GaussianBlur, gaussian_blur
from course_lib.data.augmentation.boxes import move_boxes
from course_lib.data.augmentation.color import (
    ColorJitter,
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)
from course_lib.data.augmentation.color_offsets import ColorOffsets
from course_lib.data.augmentation.composition import Compose, RandomApply
from course_lib.data.augmentation.crops import RandomCrop, RandomTranslation, crop, num_crops
from course_lib.data.augmentation.cutout import Cutout, cut_out
from course_lib.data.augmentation.distortions import (
    ElasticTransform,
    GridDistortion,
    LensDistortion,
)
from course_lib.data.augmentation.flips import RandomHorizontalFlip, RandomVerticalFlip, flip
from course_lib.data.augmentation.grid_shuffle import GridShuffle, shuffle_tiles
from course_lib.data.augmentation.keys import drawn_keys, sample_keys, step_keys
from course_lib.data.augmentation.recipes import (
    alexnet_augmentation,
    cifar_augmentation,
    convnetjs_augmentation,
    resnet_augmentation,
)
from course_lib.data.augmentation.scales import ScaleJitter, resized_crop

__all__ = [
    "Augmentation",
    "ColorJitter",
    "ColorOffsets",
    "Compose",
    "Cutout",
    "ElasticTransform",
    "GaussianBlur",
    "GridDistortion",
    "GridShuffle",
    "LensDistortion",
    "RandomApply",
    "RandomCrop",
    "RandomHorizontalFlip",
    "RandomRotation",
    "RandomShear",
    "RandomStretch",
    "RandomTranslation",
    "RandomVerticalFlip",
    "ScaleJitter",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "affine",
    "alexnet_augmentation",
    "cifar_augmentation",
    "convnetjs_augmentation",
    "crop",
    "cut_out",
    "drawn_keys",
    "flip",
    "gaussian_blur",
    "move_boxes",
    "num_crops",
    "resized_crop",
    "resnet_augmentation",
    "rotations",
    "sample_keys",
    "shears",
    "shuffle_tiles",
    "step_keys",
]
