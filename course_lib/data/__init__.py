"""Data sets as tensors: fetched once and checked, cut, centered, whitened, cropped for testing.

What changes training images has a namespace of its own: `course_lib.data.augmentation`.
"""

from course_lib.data.catalogue import class_names
from course_lib.data.loading import load
from course_lib.data.preparation import prepare
from course_lib.data.preprocessing import Centering
from course_lib.data.principal_components import PrincipalComponents
from course_lib.data.splits import split_off
from course_lib.data.test_time_crops import crops_at_scales, predict_crops, ten_crops
from course_lib.data.whitening import PCAWhitening, ZCAWhitening

__all__ = [
    "Centering",
    "PCAWhitening",
    "PrincipalComponents",
    "ZCAWhitening",
    "class_names",
    "crops_at_scales",
    "load",
    "predict_crops",
    "prepare",
    "split_off",
    "ten_crops",
]
