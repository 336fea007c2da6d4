"""The head that R-CNN and Fast R-CNN share. Oracle: torch.nn.Linear, shapes by hand."""

import pytest
import torch

from course_lib.applications.detection.region_detector import RegionDetector, RegionHead


def test_scores_and_offsets_of_each_class():
    head = RegionHead(6, num_classes=3)
    features = torch.randn(5, 6)
    scores, offsets = head(features)
    assert (scores.shape, offsets.shape) == ((5, 4), (5, 3, 4))
    torch.testing.assert_close(scores, features @ head.scores.weight.T)
    torch.testing.assert_close(offsets[2, 1], head.offsets.weight[4:8] @ features[2])
    scores, offsets = head(features[:0])
    assert (scores.shape, offsets.shape) == ((0, 4), (0, 3, 4))


def test_first_weights_are_those_of_the_paper():
    head = RegionHead(400, num_classes=20)
    for layer, deviation in ((head.scores, 0.01), (head.offsets, 0.001)):
        assert layer.weight.std().item() == pytest.approx(deviation, rel=0.1)
        assert not layer.bias.any()


def test_a_network_says_itself_how_it_looks_at_regions():
    with pytest.raises(NotImplementedError):
        RegionDetector(3)(torch.zeros(1, 1, 8, 8, dtype=torch.uint8), [torch.zeros(1, 4)])
