"""Name every pixel: a classifier turned fully convolutional, its loss, and how it is measured."""

from course_lib.applications.segmentation.fcn import FCN
from course_lib.applications.segmentation.fitting import fit_segmenter, label_maps
from course_lib.applications.segmentation.fully_convolutional import as_convolutions
from course_lib.applications.segmentation.measures import (
    Measures,
    confusion_matrix,
    mean_iou,
    measures,
)
from course_lib.applications.segmentation.pixel_loss import pixel_cross_entropy
from course_lib.applications.segmentation.small_classifier import small_classifier

__all__ = [
    "FCN",
    "Measures",
    "as_convolutions",
    "confusion_matrix",
    "fit_segmenter",
    "label_maps",
    "mean_iou",
    "measures",
    "pixel_cross_entropy",
    "small_classifier",
]
