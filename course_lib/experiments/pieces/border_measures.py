"""How well pixels are named near a border between labels, and far from one."""

import math

from jaxtyping import Bool, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.applications.segmentation import confusion_matrix, label_maps, measures

BORDER = 3  # pixels


def near_border(labels: Int64[Tensor, "n h w"], width: int) -> Bool[Tensor, "n h w"]:
    """Where the square of `width` pixels to each side holds more than one label."""
    maps, side = labels[:, None].float(), 2 * width + 1
    most = F.max_pool2d(maps, side, stride=1, padding=width)
    least = -F.max_pool2d(-maps, side, stride=1, padding=width)
    return (most != least)[:, 0]


def measure(
    model: nn.Module, images: Tensor, labels: Int64[Tensor, "n h w"], names: tuple[str, ...]
) -> dict:
    """The measures of all pixels, of those near a border, and of those far from it."""
    void, named = len(names), label_maps(model, images)
    near = near_border(labels, BORDER)
    places = {"everywhere": near | ~near, "near_border": near, "far_from_border": ~near}
    found = {}
    for place, counted in places.items():
        confusion = confusion_matrix(named, labels.where(counted, void), len(names), void)
        result = measures(confusion)
        found[place] = {
            "pixels": int(confusion.sum()),
            "pixel_accuracy": round(result.pixel_accuracy, 6),
            "mean_iou": round(result.mean_iou, 6),
            "iou": {
                name: None if math.isnan(iou) else round(iou, 4)
                for name, iou in zip(names, result.iou, strict=True)
            },
        }
    return found
