"""Augmentation that moves the boxes with the picture: a mirrored cat has a mirrored box.

Source: the augmentation slides of sharif_2024 (which name a library for it); the geometry is that
of torchvision.transforms.v2.
"""

from collections.abc import Callable

from jaxtyping import UInt8
from torch import Tensor

from course_lib.applications.detection.boxes import remove_small_boxes
from course_lib.applications.detection.scenes import Objects


def augment_scene(
    image: UInt8[Tensor, "c h w"], objects: Objects, transform: Callable, min_size: float = 1.0
) -> tuple[UInt8[Tensor, "c new_h new_w"], Objects]:
    """Apply a transform of torchvision.transforms.v2 to an image and to its boxes alike.

    It cuts the boxes to the image. An object with a side shorter than `min_size` pixels after that
    is no longer there. A rotated box becomes the box around it, which is looser than before. The
    transform draws from torch's own generator.
    """
    from torchvision import tv_tensors

    size = (image.shape[1], image.shape[2])
    boxes = tv_tensors.BoundingBoxes(objects.boxes, format="XYXY", canvas_size=size)
    moved, boxes = transform(tv_tensors.Image(image), boxes)
    moved, boxes = moved.as_subclass(Tensor), boxes.as_subclass(Tensor)
    kept = remove_small_boxes(boxes, min_size)
    difficult = None if objects.difficult is None else objects.difficult[kept]
    return moved, Objects(boxes[kept], objects.labels[kept], difficult)
