"""Augmentation of pictures with boxes. Oracle: by hand; the ink must stay in its box."""

import pytest
import torch
from torchvision.transforms import v2

from course_lib.applications.detection import Objects, augment_scene


def _scene():
    """Two bright rectangles in an image of 10 x 12."""
    boxes = torch.tensor([[1.0, 2, 4, 5], [6, 0, 12, 3]])
    image = torch.zeros(3, 10, 12, dtype=torch.uint8)
    for x1, y1, x2, y2 in boxes.int().tolist():
        image[:, y1:y2, x1:x2] = 200
    return image, Objects(boxes, torch.tensor([5, 3]), torch.tensor([False, True]))


def test_a_mirrored_picture_has_mirrored_boxes():
    image, objects = _scene()
    moved, found = augment_scene(image, objects, v2.RandomHorizontalFlip(1.0))
    assert type(moved) is type(found.boxes) is torch.Tensor
    assert torch.equal(moved, image.flip(2))
    assert found.boxes.tolist() == [[12 - 4, 2, 12 - 1, 5], [0, 0, 6, 3]]
    assert found.labels.tolist() == [5, 3]
    assert found.difficult.tolist() == [False, True]


def test_boxes_grow_with_the_picture():
    image, objects = _scene()
    moved, found = augment_scene(image, objects, v2.Resize((20, 36)))
    assert moved.shape == (3, 20, 36)
    assert found.boxes.tolist() == [[3, 4, 12, 10], [18, 0, 36, 6]]


@pytest.mark.parametrize(("least", "left"), [({}, [5, 3]), ({"min_size": 2.0}, [3])])
def test_what_leaves_the_picture_is_no_longer_there(least, left):
    image, objects = _scene()

    def crop(image, boxes):
        return (v2.functional.crop(part, 0, 3, 10, 5) for part in (image, boxes))

    moved, found = augment_scene(image, objects, crop, **least)
    assert moved.shape == (3, 10, 5)
    # Columns 3 to 7 stay: one column of the first box, two of the second.
    boxes = {5: [0, 2, 1, 5], 3: [3, 0, 5, 3]}
    assert found.labels.tolist() == left
    assert found.boxes.tolist() == [boxes[label] for label in left]
    assert len(found.difficult) == len(left)


@pytest.mark.parametrize(
    "transform",
    [v2.RandomRotation(90), v2.RandomAffine(20, translate=(0.2, 0.2), scale=(0.8, 1.5))],
)
def test_the_ink_stays_in_its_box(transform):
    image, objects = _scene()
    only_one = Objects(objects.boxes[:1], objects.labels[:1])
    image[:, :, 5:] = 0
    for _ in range(20):
        moved, found = augment_scene(image, only_one, transform)
        y, x = moved[0].nonzero(as_tuple=True)
        for x1, y1, x2, y2 in found.boxes.tolist():  # none, if it was moved out
            assert x1 - 1 <= x.min()
            assert x.max() + 1 <= x2 + 1
            assert y1 - 1 <= y.min()
            assert y.max() + 1 <= y2 + 1
        assert found.difficult is None


def test_no_objects_stay_no_objects():
    image, objects = _scene()
    nothing = Objects(objects.boxes[:0], objects.labels[:0])
    _, found = augment_scene(image, nothing, v2.RandomHorizontalFlip(1.0))
    assert found.boxes.shape == (0, 4)
