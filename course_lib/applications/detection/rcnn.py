"""R-CNN: cut out every region, stretch it to one size, and show it to a classifier.

Paper: Girshick, Donahue, Darrell & Malik 2014, "Rich feature hierarchies for accurate object
detection and semantic segmentation", section 2 and appendix A to C.
Differs from the paper: LeNet-5 for AlexNet, so regions are warped to 28x28 with 4 pixels of
context (MNIST's own frame), not 227x227 with 16; softmax for one support vector machine per class
(appendix B tried it: 3.3 points of mAP less); the box regressors learn together with the rest,
by smooth L1; 32 regions of each image a step, a quarter on objects, not 128 of any image.
"""

from collections.abc import Sequence

from jaxtyping import UInt8
from torch import Tensor, nn

from course_lib.applications.detection.backbone import unit_range
from course_lib.applications.detection.boxes import Boxes
from course_lib.applications.detection.region_detector import Answers, RegionDetector, RegionHead
from course_lib.applications.detection.region_warping import warp_regions
from course_lib.architectures import lenet5_modern
from course_lib.architectures.lenet5_modern import LeNet5Modern


def rcnn(num_classes: int = 10, classifier: LeNet5Modern | None = None) -> "RCNN":
    """R-CNN around a digit classifier: a trained one (supervised pre-training), or a new one.

    The classifier's last layer is replaced. The others become part of the detector, and training
    it changes them (fine-tuning).
    """
    return RCNN(num_classes, lenet5_modern() if classifier is None else classifier)


class RCNN(RegionDetector):
    def __init__(self, num_classes: int, classifier: LeNet5Modern):
        super().__init__(num_classes)
        self.features = nn.Sequential(
            *(classifier.c1, nn.ReLU(), classifier.s2),
            *(classifier.c3, nn.ReLU(), classifier.s4),
            *(classifier.c5, nn.ReLU(), nn.Flatten()),
            *(classifier.f6, nn.ReLU()),
        )
        self.head = RegionHead(classifier.f6.out_features, num_classes)

    def forward(self, images: UInt8[Tensor, "n 1 h w"], regions: Sequence[Boxes]) -> Answers:
        crops = warp_regions(unit_range(images), regions)  # r   1  28  28
        x = self.features(crops)  # r  84
        return self.head(x)  # r  classes + 1, and r  classes  4
