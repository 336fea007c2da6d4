"""R-CNN. Oracle: parameter counts as sums, LeNet's own layers; a few canvases learned by heart."""

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    Scenes,
    detect,
    rcnn,
    selective_search,
    sliding_windows,
    warp_regions,
    with_proposals,
)
from course_lib.architectures import lenet5_modern


def test_parameter_count_is_exact():
    c1, c3, c5, f6 = 6 * (25 + 1), 16 * (6 * 25 + 1), 120 * (16 * 25 + 1), 84 * (120 + 1)
    scores, offsets = 11 * (84 + 1), 4 * 10 * (84 + 1)
    count = sum(p.numel() for p in rcnn().parameters())
    assert count == c1 + c3 + c5 + f6 + scores + offsets == 65_191
    assert sum(p.numel() for p in rcnn(3).parameters()) == count - 7 * 5 * 85


def test_a_trained_classifier_becomes_the_detector():
    """On the features of the region, computed by the classifier's own layers."""
    classifier = lenet5_modern()
    detector = rcnn(5, classifier)
    images = torch.randint(256, (2, 1, 40, 40), dtype=torch.uint8)
    regions = (torch.tensor([[0.0, 0, 20, 30], [5, 5, 17, 11]]), torch.tensor([[8.0, 1, 30, 40]]))
    scores, offsets = detector(images, regions)
    features = []
    classifier.output.register_forward_pre_hook(lambda layer, inputs: features.append(inputs[0]))
    classifier(warp_regions(images.float() / 255, regions))
    wanted = detector.head(features[0])
    torch.testing.assert_close((scores, offsets), wanted)
    assert (scores.shape, offsets.shape) == ((3, 6), (3, 5, 4))
    sum(detector.losses(_scenes(images, regions)).values()).backward()
    assert classifier.c1.weight.grad.any()  # shared, and fine-tuned


def _scenes(images, regions):
    objects = tuple(Objects(boxes, torch.zeros(len(boxes)).long()) for boxes in regions)
    return Scenes(images, objects, regions)


def test_without_regions_nothing_is_found():
    nothing = (torch.empty(0, 4),) * 2
    images = torch.zeros(2, 1, 30, 30, dtype=torch.uint8)
    assert [len(found.boxes) for found in detect(rcnn(), Scenes(images, None, nothing))] == [0, 0]
    losses = rcnn().losses(_scenes(images, nothing))
    assert {name: loss.item() for name, loss in losses.items()} == {"class": 0, "box": 0}


def test_proposals_and_objects_have_to_be_known(two_canvases):
    with pytest.raises(ValueError, match="no proposals"):
        rcnn().detect(two_canvases)
    scenes = with_proposals(Scenes(two_canvases.images), selective_search)
    with pytest.raises(ValueError, match="no objects"):
        rcnn().losses(scenes)


def test_the_generator_decides_what_is_learned_from(two_canvases):
    scenes = with_proposals(two_canvases, lambda image: sliding_windows((64, 64), 20, 4))
    detector = rcnn()

    def loss(seed):
        return sum(detector.losses(scenes, torch.Generator().manual_seed(seed)).values())

    assert loss(1) == loss(1)
    assert loss(1) != loss(2)


def test_two_canvases_learned_by_heart(two_canvases, learn_by_heart):
    scenes = with_proposals(two_canvases, selective_search)
    factor, mean = learn_by_heart(rcnn(), scenes, 5e-3, epochs=150)
    assert factor > 5
    assert mean == 1
