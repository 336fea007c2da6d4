"""Boxes that follow their images. Oracle: the pixels themselves; torchvision; by hand."""

import pytest
import torch

from course_lib.data.augmentation import (
    Compose,
    Cutout,
    GridDistortion,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRotation,
    RandomShear,
    RandomStretch,
    RandomTranslation,
    RandomVerticalFlip,
    ScaleJitter,
    move_boxes,
    sample_keys,
)

SIZE = (60, 80)
BOX = torch.tensor([[30.0, 20.0, 46.0, 32.0]])  # left, top, right, bottom
KINDS = [
    RandomCrop((50, 64), padding=4),
    RandomTranslation(9),
    RandomHorizontalFlip(),
    RandomVerticalFlip(),
    ScaleJitter(60, 110, size=(60, 60)),
    RandomRotation(30),
    RandomShear(20, 10),
    RandomStretch(1.5, 1.3),
    Compose(ScaleJitter(60, 80, 60), RandomHorizontalFlip(), RandomRotation(20), Cutout(9)),
]


@pytest.mark.parametrize("augmentation", KINDS, ids=lambda kind: type(kind).__name__)
def test_a_box_is_where_its_pixels_are(augmentation):
    keys = sample_keys(0, 0, torch.arange(20))
    left, top, right, bottom = BOX[0].int().tolist()
    maps = torch.zeros(20, *SIZE, dtype=torch.int64)
    maps[:, top:bottom, left:right] = 1
    moved_maps = augmentation.move_labels(maps, keys, void=0)
    found = move_boxes(augmentation, [BOX] * 20, keys, SIZE)
    seen = 0
    for map_, box in zip(moved_maps, found, strict=True):
        rows, columns = map_.nonzero().unbind(1)
        if not len(rows):
            assert (box[0, 2] - box[0, 0]) * (box[0, 3] - box[0, 1]) < 4
            continue
        seen += 1
        around = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        # The corner of a turned box is thinner than a pixel.
        assert (box[0] - torch.stack(around)).abs().max() < 1.5
    assert seen > 10


def test_boxes_by_hand():
    boxes = [torch.tensor([[1.0, 2.0, 4.0, 5.0], [0.0, 0.0, 10.0, 8.0]]), torch.zeros(0, 4)]
    keys = sample_keys(0, 0, torch.arange(2))
    flipped = move_boxes(RandomHorizontalFlip(1), boxes, keys, (8, 10))
    assert flipped[0].tolist() == [[6.0, 2.0, 9.0, 5.0], [0.0, 0.0, 10.0, 8.0]]
    assert flipped[1].shape == (0, 4)
    upside_down = move_boxes(RandomVerticalFlip(1), boxes, keys, (8, 10))
    assert upside_down[0].tolist() == [[1.0, 3.0, 4.0, 6.0], [0.0, 0.0, 10.0, 8.0]]
    assert boxes[0].tolist()[0] == [1.0, 2.0, 4.0, 5.0]


def test_a_box_is_cut_at_the_border_and_one_outside_has_no_area():
    keys = sample_keys(0, 0, torch.arange(1))
    crop = RandomCrop((4, 4))
    (dx, dy) = crop.moves(keys, (4, 20))[0][0, :2, 2].tolist()
    assert dy == 0
    left = -dx
    boxes = torch.tensor([[left - 2, 1.0, left + 2, 9.0], [left + 6, 1.0, left + 9, 3.0]])
    (found,) = move_boxes(crop, [boxes.double()], keys, (4, 20))
    assert found.dtype == torch.float64
    assert found.tolist() == [[0.0, 1.0, 2.0, 4.0], [4.0, 1.0, 4.0, 3.0]]


def test_what_cannot_be_followed_is_refused():
    keys = sample_keys(0, 0, torch.arange(2))
    with pytest.raises(ValueError, match="bends lines"):
        move_boxes(Compose(GridDistortion()), [BOX, BOX], keys, SIZE)
    with pytest.raises(ValueError, match="There are 1 lists of boxes for 2 keys"):
        move_boxes(Cutout(3), [BOX], keys, SIZE)
