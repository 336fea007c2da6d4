"""Faster R-CNN. Oracle: its two stages called by hand; a few canvases learned by heart."""

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    Scenes,
    detect,
    fast_rcnn,
    faster_rcnn,
    proposal_recall,
)


def test_parameter_count_is_exact():
    window, k = 64 * (9 * 64 + 1), 9
    first_stage = window + k * (64 + 1) + 4 * k * (64 + 1)
    second_stage = sum(p.numel() for p in fast_rcnn().parameters())
    count = sum(p.numel() for p in faster_rcnn().parameters())
    assert count == first_stage + second_stage == 508_368
    in_color = faster_rcnn(num_classes=3, channels=3, cells=4)
    second_stage = sum(p.numel() for p in fast_rcnn(3, 3, 4).parameters())
    assert sum(p.numel() for p in in_color.parameters()) == first_stage + second_stage


def test_the_maps_are_computed_once_for_both_stages(two_canvases):
    detector = faster_rcnn()
    runs = []
    detector.second_stage.maps_of.register_forward_hook(lambda *call: runs.append(1))
    losses = detector.losses(two_canvases)
    assert set(losses) == {"objectness", "proposal box", "class", "box"}
    assert len(runs) == 1
    sum(losses.values()).backward()
    assert all(parameter.grad is not None for parameter in detector.parameters())
    detect(detector, two_canvases)
    assert len(runs) == 2


def test_both_stages_learn_through_the_shared_maps(two_canvases):
    detector = faster_rcnn()
    for term in ("objectness", "proposal box", "class", "box"):
        detector.zero_grad()
        detector.losses(two_canvases)[term].backward()
        assert detector.second_stage.maps_of[0].weight.grad.any(), term


def test_the_generator_decides_what_is_learned_from(two_canvases):
    detector = faster_rcnn().eval()

    def loss(seed):
        return sum(detector.losses(two_canvases, torch.Generator().manual_seed(seed)).values())

    assert loss(1) == loss(1)
    assert loss(1) != loss(2)


def test_detection_is_the_second_stage_on_the_proposals_of_the_first(two_canvases):
    detector = faster_rcnn().eval()
    with torch.no_grad():
        detector.second_stage.head.scores.bias[4] = 5  # so that something is found
        maps = detector.second_stage.maps_of(two_canvases.images)
        guesses = (*detector.first_stage(maps), detector.first_stage.anchors(maps))
        proposals = detector.first_stage.propose(*guesses, (64, 64))
    by_hand = Scenes(two_canvases.images, None, proposals)
    wanted = detect(detector.second_stage, by_hand)
    found = detect(detector, Scenes(two_canvases.images))
    for one, other in zip(found, wanted, strict=True):
        assert len(one.boxes) > 0
        assert torch.equal(one.boxes, other.boxes)
        assert torch.equal(one.labels, other.labels)


def test_images_without_objects():
    images = torch.zeros(2, 1, 32, 32, dtype=torch.uint8)
    nothing = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))
    losses = faster_rcnn().losses(Scenes(images, (nothing, nothing)))
    assert losses["proposal box"] == losses["box"] == 0
    assert losses["objectness"] > 0
    with pytest.raises(ValueError, match="no objects"):
        faster_rcnn().losses(Scenes(images))


def test_two_canvases_learned_by_heart(two_canvases, learn_by_heart):
    scenes = two_canvases
    detector = faster_rcnn()
    factor, mean = learn_by_heart(detector, scenes, 2e-3, epochs=60)
    assert factor > 3
    assert mean == 1
    with torch.inference_mode():
        maps = detector.eval().second_stage.maps_of(scenes.images)
        guesses = (*detector.first_stage(maps), detector.first_stage.anchors(maps))
        proposals = detector.first_stage.propose(*guesses, (64, 64))
    assert proposal_recall(proposals, scenes.objects, 0.5) == 1
