"""Scenes and the objects in them. Oracle: by hand."""

import pytest
import torch

from course_lib.applications.detection import Objects, Scenes
from course_lib.applications.detection.scenes import require_classes

BOXES = torch.tensor([[0.0, 0, 2, 3], [1, 1, 4, 4]])
TRUTH = Objects(BOXES, torch.tensor([3, 0]))
NOTHING = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))


def _scenes(**parts):
    images = torch.arange(3, dtype=torch.uint8)[:, None, None, None].expand(3, 1, 5, 8)
    return Scenes(images, **parts)


def test_length_and_size():
    scenes = _scenes()
    assert len(scenes) == 3
    assert scenes.size == (5, 8)


def test_some_scenes_in_another_order():
    proposals = (BOXES, BOXES[:1], BOXES[:0])
    taken = _scenes(objects=(TRUTH, NOTHING, TRUTH), proposals=proposals).take([2, 1])
    assert taken.images[:, 0, 0, 0].tolist() == [2, 1]
    assert taken.objects == (TRUTH, NOTHING)
    assert [len(boxes) for boxes in taken.proposals] == [0, 1]


def test_what_is_not_known_stays_unknown():
    taken = _scenes(proposals=(BOXES,) * 3).take(range(2))
    assert taken.objects is None
    assert len(taken.known("proposals")) == 2
    with pytest.raises(ValueError, match="no objects; a loss needs the ground truth"):
        taken.known("objects")
    with pytest.raises(ValueError, match=r"no proposals; .*with_proposals\(scenes, …\)"):
        _scenes(objects=(TRUTH,) * 3).known("proposals")


def _everything(scenes):
    parts = [scenes.images, *scenes.proposals]
    parts += [part for truth in scenes.objects for part in (truth.boxes, truth.labels)]
    return [*parts, scenes.objects[2].difficult]


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def test_all_of_it_moves_to_a_device(device):
    difficult = Objects(BOXES, torch.tensor([3, 0]), torch.tensor([True, False]))
    scenes = _scenes(objects=(TRUTH, NOTHING, difficult), proposals=(BOXES, BOXES[:1], BOXES[:0]))
    moved = scenes.to(device)
    assert {part.device.type for part in _everything(moved)} == {device}
    for part, kept in zip(_everything(moved), _everything(scenes), strict=True):
        assert torch.equal(part.cpu(), kept)
    assert moved.objects[0].difficult is None
    assert _scenes().to(device).objects is None
    assert _scenes().to(device).proposals is None


def test_classes_that_a_detector_lacks_are_named():
    require_classes((NOTHING, TRUTH), 4)
    require_classes((NOTHING,), 0)
    with pytest.raises(ValueError, match="has the label 3; this detector has 3 classes, 0 to 2"):
        require_classes((NOTHING, TRUTH), 3)


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values():
    with pytest.raises(ValueError, match=r"labels has shape \(3,\); 2 boxes need one each"):
        Objects(BOXES, torch.tensor([1, 2, 3]))
    with pytest.raises(ValueError, match=r"difficult has shape \(1,\); 2 boxes"):
        Objects(BOXES, torch.tensor([1, 2]), torch.tensor([True]))
    with pytest.raises(ValueError, match="labels start at 0, but one is -1"):
        Objects(BOXES, torch.tensor([4, -1]))
    with pytest.raises(ValueError, match=r"boxes\[0\] is \[3.0"):
        Objects(torch.tensor([[3.0, 0, 2, 3]]), torch.tensor([1]))
    with pytest.raises(ValueError, match="objects has 1 entries for 3 images"):
        _scenes(objects=(TRUTH,))
    with pytest.raises(ValueError, match="proposals has 2 entries for 3 images"):
        _scenes(proposals=(BOXES, BOXES))
