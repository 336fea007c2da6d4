"""Fast R-CNN: compute the maps of the whole image once, and cut the regions out of the maps.

Paper: Girshick 2015, "Fast R-CNN", section 2.
Differs from the paper: a small network in the place of VGG-16 (backbone.py), one hidden layer of
128 for two of 4096; weights are torch's at first, not those of an ImageNet classifier; 32 regions
of each image a step, not 64. See region_learning.py for the loss.
"""

from collections.abc import Sequence

from jaxtyping import Float, UInt8
from torch import Tensor, nn

from course_lib.applications.detection.backbone import Backbone, backbone
from course_lib.applications.detection.boxes import Boxes
from course_lib.applications.detection.region_detector import Answers, RegionDetector, RegionHead
from course_lib.layers import RoIPool

HIDDEN = 128


def fast_rcnn(num_classes: int = 10, channels: int = 1, cells: int = 7) -> "FastRCNN":
    """Fast R-CNN whose regions are pooled to `cells` by `cells` numbers of each map."""
    return FastRCNN(num_classes, backbone(stride=4, channels=channels), cells)


class FastRCNN(RegionDetector):
    def __init__(self, num_classes: int, maps_of: Backbone, cells: int):
        super().__init__(num_classes)
        self.maps_of = maps_of
        self.pool = RoIPool(cells, spatial_scale=1 / maps_of.stride)
        self.hidden = nn.Sequential(
            nn.Flatten(), nn.Linear(maps_of.num_maps * cells**2, HIDDEN), nn.ReLU()
        )
        self.head = RegionHead(HIDDEN, num_classes)

    def forward(self, images: UInt8[Tensor, "n channels h w"], regions: Sequence[Boxes]) -> Answers:
        return self.answers(self.maps_of(images), regions)

    def answers(
        self, features: Float[Tensor, "n maps map_h map_w"], regions: Sequence[Boxes]
    ) -> Answers:
        """Look at the regions of maps that are there already; Faster R-CNN shares them."""
        x = self.pool(features, regions)  # r  64  7  7
        x = self.hidden(x)  # r 128
        return self.head(x)  # r  classes + 1, and r  classes  4
