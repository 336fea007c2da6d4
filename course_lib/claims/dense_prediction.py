"""From a classifier to a score for every pixel.

Lecture: michigan_2025, "From Classification to Semantic Segmentation". Source: Long, Shelhamer &
Darrell 2015, sections 3.1, 3.3 and 4.3.
"""

import torch
from torch import nn

from course_lib.applications.segmentation.fcn import FCN
from course_lib.applications.segmentation.fully_convolutional import as_convolutions
from course_lib.claims.shapes_only import shapes_only
from course_lib.inspection import count_parameters


def classifier_becomes_convolutional() -> bool:
    """Whether fully connected layers, rewritten as convolutions, give the same scores."""
    torch.manual_seed(0)
    classifier = nn.Sequential(nn.Flatten(), nn.Linear(4 * 3 * 3, 5), nn.ReLU(), nn.Linear(5, 2))
    maps = torch.randn(2, 4, 3, 3)
    scores = as_convolutions(classifier, (4, 3, 3))(maps)
    return torch.allclose(scores[:, :, 0, 0], classifier(maps), atol=1e-6)


def side_of_the_last_maps() -> int:
    """The side of VGG-16's last maps for images of 224x224."""
    return _fcn().stage5(_until_stage5()).shape[-1]


def side_of_the_scores() -> int:
    """The side of what an FCN-32s on VGG-16 gives for them: that of the image."""
    return _fcn()(torch.empty(1, 3, 224, 224, device="meta")).shape[-1]


def an_enlargement_learns() -> bool:
    """Whether an FCN-8s learns one of its enlargements: 32 to 16, 16 to 8, and the last."""
    with torch.device("meta"):
        model = FCN(shapes_only("vgg16"), num_classes=21, stride=8)
    parts = (model.twice5, model.twice4, model.enlarge)
    return any(count_parameters(part).trainable > 0 for part in parts)


def _until_stage5() -> torch.Tensor:
    x, model = torch.empty(1, 3, 224, 224, device="meta"), _fcn()
    return model.stage4(model.stage3(model.stage2(model.stage1(x))))


def _fcn() -> FCN:
    with torch.device("meta"):
        return FCN(shapes_only("vgg16"), num_classes=21, stride=32)
