"""The frame that R-CNN and Fast R-CNN share: score given regions, learn from some of them."""

from collections.abc import Sequence

from jaxtyping import Float, UInt8
from torch import Generator, Tensor, nn

from course_lib.applications.detection.boxes import Boxes
from course_lib.applications.detection.detections import Detections
from course_lib.applications.detection.region_learning import (
    multi_task_loss,
    region_detections,
    sample_regions,
)
from course_lib.applications.detection.scenes import Scenes

Answers = tuple[Float[Tensor, "r classes_and_background"], Float[Tensor, "r classes 4"]]


class RegionHead(nn.Module):
    """Two sibling layers: a score for each class and the background; a box for each class."""

    def __init__(self, num_features: int, num_classes: int):
        super().__init__()
        self.num_classes = num_classes
        self.scores = nn.Linear(num_features, num_classes + 1)
        self.offsets = nn.Linear(num_features, num_classes * 4)
        # Fast R-CNN, section 2.3: at first all classes are equally likely and no box moves.
        for layer, deviation in ((self.scores, 0.01), (self.offsets, 0.001)):
            nn.init.normal_(layer.weight, std=deviation)
            nn.init.zeros_(layer.bias)

    def forward(self, features: Float[Tensor, "r features"]) -> Answers:
        offsets = self.offsets(features).view(len(features), self.num_classes, 4)
        return self.scores(features), offsets


class RegionDetector(nn.Module):
    """A detector that is told where to look: its scenes must have proposals.

    `forward(images, regions)` is left to the network; it answers for all regions of the first
    image, then of the second, and so on.
    """

    def __init__(self, num_classes: int):
        super().__init__()
        self.num_classes = num_classes

    def forward(self, images: UInt8[Tensor, "n c h w"], regions: Sequence[Boxes]) -> Answers:
        raise NotImplementedError

    def losses(
        self, scenes: Scenes, generator: Generator | None = None
    ) -> dict[str, Float[Tensor, ""]]:
        """The terms of the loss, on regions drawn with `generator` (on the images' device)."""
        proposals, objects = scenes.known("proposals"), scenes.known("objects")
        sample = sample_regions(proposals, objects, self.num_classes, generator=generator)
        return multi_task_loss(*self(scenes.images, sample.boxes), sample)

    def detect(self, scenes: Scenes) -> list[Detections]:
        """What is found among the proposals of each image."""
        proposals = scenes.known("proposals")
        return region_detections(*self(scenes.images, proposals), proposals, scenes.size)
