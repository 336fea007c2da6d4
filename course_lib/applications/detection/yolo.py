"""YOLO: one look at the image, and every cell of a grid says what it sees. No proposals.

Paper: Redmon, Divvala, Girshick & Farhadi 2016, "You only look once", section 2.
Differs from the paper: a small network without pretraining in the place of 24 convolutional
layers (backbone.py), a 1x1 convolution for the two fully connected layers, so that all cells
share what they learn; cells of 8 pixels, so 8 x 8 of them on a canvas of 64 pixels.
"""

from jaxtyping import Float, UInt8
from torch import Generator, Tensor, nn

from course_lib.applications.detection.backbone import Backbone, backbone
from course_lib.applications.detection.detections import Detections, select_detections
from course_lib.applications.detection.scenes import Scenes, require_classes
from course_lib.applications.detection.yolo_grid import grid_boxes, grid_targets, take_apart
from course_lib.applications.detection.yolo_loss import yolo_loss

SUPPRESSION = 0.5  # the paper names no threshold


def yolo(num_classes: int = 10, channels: int = 1, num_boxes: int = 2) -> "YOLO":
    """A grid of 8x8-pixel cells with `num_boxes` (the paper's B) boxes each."""
    return YOLO(num_classes, backbone(stride=8, channels=channels), num_boxes)


class YOLO(nn.Module):
    def __init__(self, num_classes: int, maps_of: Backbone, num_boxes: int):
        super().__init__()
        self.num_classes, self.num_boxes = num_classes, num_boxes
        self.maps_of = maps_of
        self.output = nn.Conv2d(maps_of.num_maps, num_boxes * 5 + num_classes, kernel_size=1)

    def forward(self, images: UInt8[Tensor, "n channels h w"]) -> Float[Tensor, "n s s depth"]:
        height, width = images.shape[2:]
        if height != width or height % self.maps_of.stride:
            raise ValueError(
                f"images are {height} x {width}; the grid needs squares whose side is a multiple "
                f"of {self.maps_of.stride} pixels."
            )
        x = self.maps_of(images)  # n  64  8  8
        x = self.output(x)  # n  B * 5 + C  8  8
        return x.permute(0, 2, 3, 1)  # n  8  8  B * 5 + C

    def losses(
        self, scenes: Scenes, generator: Generator | None = None
    ) -> dict[str, Float[Tensor, ""]]:
        """The terms of `yolo_loss`; nothing is drawn, so `generator` goes unused."""
        objects = scenes.known("objects")
        require_classes(objects, self.num_classes)
        output = self(scenes.images)
        targets = grid_targets(objects, output.shape[1], scenes.size)
        return yolo_loss(take_apart(output, self.num_boxes), targets)

    def detect(self, scenes: Scenes) -> list[Detections]:
        """A box's score for a class is its confidence times the cell's class score."""
        answers = take_apart(self(scenes.images), self.num_boxes)
        boxes = grid_boxes(answers.boxes, scenes.size).flatten(1, 3)[:, :, None]
        # Nothing keeps the outputs above 0, and two negative ones would make a good score.
        confidences, classes = answers.confidences.clamp(min=0), answers.classes.clamp(min=0)
        scores = (confidences[..., None] * classes[..., None, :]).flatten(1, 3)
        boxes = boxes.expand(*scores.shape, 4)
        return [
            select_detections(*found, scenes.size, iou_threshold=SUPPRESSION)
            for found in zip(boxes, scores, strict=True)
        ]
