"""Faster R-CNN: the network proposes its own regions, from the maps it has anyway.

Paper: Ren, He, Girshick & Sun 2015, "Faster R-CNN", section 3.2.
Differs from the paper: both stages learn at once, with the proposals taken as given ("approximate
joint training", which the paper describes and the authors' later code uses), in place of four
alternating steps. See region_proposal_network.py and fast_rcnn.py for the stages.
"""

from jaxtyping import Float
from torch import Generator, Tensor, nn

from course_lib.applications.detection.backbone import backbone
from course_lib.applications.detection.detections import Detections
from course_lib.applications.detection.fast_rcnn import FastRCNN
from course_lib.applications.detection.region_learning import (
    multi_task_loss,
    region_detections,
    sample_regions,
)
from course_lib.applications.detection.region_proposal_network import RegionProposalNetwork
from course_lib.applications.detection.scenes import Scenes


def faster_rcnn(num_classes: int = 10, channels: int = 1, cells: int = 7) -> "FasterRCNN":
    """Both stages on one backbone; it needs no proposals from elsewhere."""
    return FasterRCNN(FastRCNN(num_classes, backbone(stride=4, channels=channels), cells))


class FasterRCNN(nn.Module):
    def __init__(self, second_stage: FastRCNN):
        super().__init__()
        maps_of = second_stage.maps_of
        self.first_stage = RegionProposalNetwork(maps_of.num_maps, maps_of.stride)
        self.second_stage = second_stage

    def losses(
        self, scenes: Scenes, generator: Generator | None = None
    ) -> dict[str, Float[Tensor, ""]]:
        """Four terms: two of the proposals, two of the regions; their sum is to be minimized."""
        objects = scenes.known("objects")
        features = self.second_stage.maps_of(scenes.images)
        guesses = (*self.first_stage(features), self.first_stage.anchors(features))
        first = self.first_stage.losses(*guesses, objects, scenes.size, generator)
        proposals = self.first_stage.propose(*guesses, scenes.size)
        num_classes = self.second_stage.num_classes
        sample = sample_regions(proposals, objects, num_classes, generator=generator)
        answers = self.second_stage.answers(features, sample.boxes)
        return first | multi_task_loss(*answers, sample)

    def detect(self, scenes: Scenes) -> list[Detections]:
        """Propose, then look at what was proposed."""
        features = self.second_stage.maps_of(scenes.images)
        guesses = (*self.first_stage(features), self.first_stage.anchors(features))
        proposals = self.first_stage.propose(*guesses, scenes.size)
        answers = self.second_stage.answers(features, proposals)
        return region_detections(*answers, proposals, scenes.size)
