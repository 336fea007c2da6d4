"""Boxes that follow their images. Oracle: the pixels themselves; torchvision; by hand."""

import pytest
import torch

from course_lib.data.augmentation import (
    Compose,
    Cutout,
    GridDistortion,
    RandomApply,
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
    step_keys,
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


SHIFTS = Compose(RandomTranslation(8), RandomTranslation(8))
SMALLER_AND_BACK = Compose(RandomCrop((20, 17)), RandomCrop((25, 32), padding=8))
WHOLE_PIXELS = {
    "two shifts": SHIFTS,
    "nested": Compose(SHIFTS, Compose(Compose(RandomTranslation(5)), RandomHorizontalFlip())),
    "sizes": Compose(RandomCrop((21, 38), padding=5), RandomVerticalFlip(), RandomTranslation(9)),
    "some, then all": Compose(RandomApply(RandomTranslation(9)), RandomTranslation((4, 9))),
    "some of a compose": RandomApply(SHIFTS),
    # Those that are not chosen keep what lies beyond the border of the smaller ones.
    "some smaller and back": RandomApply(SMALLER_AND_BACK),
    "nothing": Compose(),
}


@pytest.mark.parametrize("augmentation", WHOLE_PIXELS.values(), ids=WHOLE_PIXELS)
@pytest.mark.parametrize("box", [(0, 0, 6, 6), (27, 18, 32, 25), (10, 1, 23, 20)], ids=str)
def test_a_box_is_about_what_is_still_seen_of_it(augmentation, box):
    # White on black, so that what an early step pushed out of the image is black for good.
    left, top, right, bottom = box
    images = torch.zeros(300, 1, 25, 32, dtype=torch.uint8)
    images[:, :, top:bottom, left:right] = 255
    keys = sample_keys(1, 0, torch.arange(300))
    boxes = [torch.tensor([box], dtype=torch.float32)] * 300
    found = move_boxes(augmentation, boxes, keys, (25, 32))
    for image, (new,) in zip(augmentation(images, keys=keys), found, strict=True):
        rows, columns = image[0].nonzero().unbind(1)
        if len(rows):
            seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert new.tolist() == [side.item() for side in seen]
        else:
            assert (new[2:] <= new[:2]).any()
        assert (new[2:] >= new[:2]).all()


def test_what_left_the_image_has_no_area_when_it_is_turned():
    keys = sample_keys(0, 0, torch.arange(200))
    shift, corner = RandomTranslation(9), torch.tensor([[0.0, 0.0, 6.0, 9.0]])
    gone = move_boxes(shift, [corner] * 200, step_keys(keys, 0), SIZE)
    turned = move_boxes(Compose(shift, RandomRotation(40)), [corner] * 200, keys, SIZE)
    num_gone = 0
    for (before,), (after,) in zip(gone, turned, strict=True):
        if (before[2:] <= before[:2]).any():
            num_gone += 1
            assert (after[2:] <= after[:2]).any()
    assert num_gone > 20


def test_a_box_that_is_turned_twice_grows_only_once():
    # Its corners, moved by the product of the matrices; a box about a box would be larger.
    keys = sample_keys(0, 0, torch.arange(50))
    twice = Compose(RandomRotation(30), RandomRotation(30))
    left, top, right, bottom = BOX[0]
    x, y = torch.stack((left, right, right, left)), torch.stack((top, top, bottom, bottom))
    corners = twice.moves(keys, SIZE)[0] @ torch.stack((x, y, torch.ones(4)))
    wanted = torch.cat((corners.amin(dim=2)[:, :2], corners.amax(dim=2)[:, :2]), dim=1)
    found = torch.cat(move_boxes(twice, [BOX] * 50, keys, SIZE))
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)


def test_what_cannot_be_followed_is_refused():
    keys = sample_keys(0, 0, torch.arange(2))
    with pytest.raises(ValueError, match="bends lines"):
        move_boxes(Compose(GridDistortion()), [BOX, BOX], keys, SIZE)
    with pytest.raises(ValueError, match="There are 1 lists of boxes for 2 keys"):
        move_boxes(Cutout(3), [BOX], keys, SIZE)
