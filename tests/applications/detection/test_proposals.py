"""Proposals from outside and how many objects they find. Oracle: by hand."""

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    Scenes,
    proposal_recall,
    sliding_windows,
    with_proposals,
)


def _objects(*boxes):
    return Objects(torch.tensor(boxes).reshape(-1, 4), torch.arange(len(boxes)))


def test_each_image_is_asked_for_its_own():
    images = torch.arange(3, dtype=torch.uint8)[:, None, None, None].expand(3, 1, 4, 4)
    objects = (_objects(), _objects([0.0, 0, 1, 1]), _objects())

    def a_box_as_wide_as_the_image_is_bright(image):
        return torch.tensor([[0.0, 0, int(image[0, 0, 0]), 1]])

    scenes = with_proposals(Scenes(images, objects), a_box_as_wide_as_the_image_is_bright)
    assert [boxes[0, 2].item() for boxes in scenes.proposals] == [0, 1, 2]
    assert scenes.objects is objects
    assert torch.equal(scenes.images, images)
    scenes = with_proposals(scenes, lambda image: sliding_windows(image.shape[1:], 2, 1))
    assert [len(boxes) for boxes in scenes.proposals] == [9, 9, 9]


def test_recall_counts_objects_not_images():
    square = [0.0, 0, 10, 10]
    half = torch.tensor([[0.0, 0, 5, 10]])  # overlaps the square by exactly 1/2
    objects = [_objects(square, [20.0, 20, 30, 30], [0.0, 0, 5, 10]), _objects(), _objects(square)]
    proposals = [half, half, torch.empty(0, 4)]
    assert proposal_recall(proposals, objects) == 2 / 4
    assert proposal_recall(proposals, objects, iou_threshold=0.51) == 1 / 4


def test_an_image_left_out_is_an_error():
    with pytest.raises(ValueError, match="proposals is of 1 images, objects of 2"):
        proposal_recall([torch.empty(0, 4)], [_objects([0.0, 0, 1, 1]), _objects()])


def test_without_objects_recall_means_nothing():
    with pytest.raises(ValueError, match="objects holds no object"):
        proposal_recall([torch.empty(0, 4)], [_objects()])
