"""Picture folders as arrays. Oracle: pictures made here; torchvision, picture by picture."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms.v2 import InterpolationMode, functional

from course_lib.data import load
from course_lib.data.catalogue import CATALOGUE
from course_lib.data.published import DataSet, Pictures

CLASSES = ("ants", "bees", "wasps")


def picture(height, width, channels=3):
    """Smooth, so that JPEG changes little."""
    rows = torch.linspace(0, 200, height)[:, None] + torch.linspace(0, 50, width)
    return (rows + torch.arange(channels)[:, None, None]).to(torch.uint8)


def write(pixels, path):
    """In the format that its name says; one channel as a gray picture."""
    Image.fromarray(pixels.permute(1, 2, 0).squeeze(2).numpy()).save(path)


@pytest.fixture
def insects(tmp_path, monkeypatch):
    """The set `insects`: pictures of many sizes in <split>/<class>/."""
    made = {
        "train/ants/b.jpg": (20, 30),
        "train/ants/a.jpeg": (16, 12),
        "train/bees/c.png": (11, 11),
        "train/wasps/d.jpg": (12, 40),
        "val/bees/e.jpg": (30, 20),
    }
    for name, size in made.items():
        path = tmp_path / "insects" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write(picture(*size), path)
    (tmp_path / "insects/train/ants/readme.txt").write_text("no picture")
    pictures = Pictures((), {"train": "train", "test": "val"}, {}, size=10)
    data_set = DataSet("some insects", pictures=pictures, classes=CLASSES)
    monkeypatch.setitem(CATALOGUE, "insects", data_set)
    return tmp_path


def squared(path, side):
    image = torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)
    return functional.center_crop(functional.resize(image, [side], antialias=True), [side])


def test_pictures_come_as_squares_in_the_order_of_class_and_name(insects):
    images, labels = load("insects", "train", insects)
    assert (images.dtype, labels.dtype) == (torch.uint8, torch.int64)
    assert images.shape == (4, 3, 10, 10)
    assert labels.tolist() == [0, 0, 1, 2]
    names = ("ants/a.jpeg", "ants/b.jpg", "bees/c.png", "wasps/d.jpg")
    for name, image in zip(names, images, strict=True):
        assert torch.equal(image, squared(insects / "insects/train" / name, 10))


def test_a_split_without_some_classes_has_the_same_numbers(insects):
    images, labels = load("insects", "test", insects)
    assert labels.tolist() == [1]
    assert torch.equal(images[0], squared(insects / "insects/val/bees/e.jpg", 10))


def test_another_size_is_asked_for(insects):
    assert load("insects", "train", insects, size=7)[0].shape == (4, 3, 7, 7)
    whole = load("insects", "train", insects, size=(8, 14))[0]
    wanted = functional.resize(picture(11, 11), [8, 14], antialias=True)
    assert torch.equal(whole[2], wanted)
    assert torch.equal(load("insects", "train", insects, size=11)[0][2], picture(11, 11))


def test_arrays_are_kept_and_read_again(insects, monkeypatch):
    first = load("insects", "train", insects)
    (kept,) = (insects / "insects/cached").iterdir()
    assert kept.name.startswith("train-10-")
    from course_lib.data import pictures

    monkeypatch.setattr(pictures, "_image", None)  # a picture that is read would fail
    again = load("insects", "train", insects)
    assert torch.equal(again[0], first[0])
    assert torch.equal(again[1], first[1])
    again[0].zero_()
    assert torch.equal(load("insects", "train", insects)[0], first[0])


def test_other_pictures_are_noticed(insects):
    load("insects", "train", insects)
    write(picture(9, 9), insects / "insects/train/wasps/new.png")
    assert load("insects", "train", insects)[1].tolist() == [0, 0, 1, 2, 2]
    write(255 - picture(11, 11), insects / "insects/train/bees/c.png")
    changed = load("insects", "train", insects)[0][2]
    assert torch.equal(changed, squared(insects / "insects/train/bees/c.png", 10))


def test_a_folder_that_cannot_be_written_to_is_read_each_time(insects, capsys):
    (insects / "insects/cached").write_text("in the way")
    for _ in range(2):
        assert load("insects", "train", insects)[0].shape == (4, 3, 10, 10)
        assert "The pictures will be read again next time" in capsys.readouterr().err


def test_what_is_wrong_with_a_folder_is_named(insects):
    (insects / "insects/val").rename(insects / "insects/gone")
    with pytest.raises(FileNotFoundError, match=r"no val in .*course data prepare insects"):
        load("insects", "test", insects)
    for size in (0, (3, 0)):
        with pytest.raises(ValueError, match=r"size is .*; give a whole number of at least 1"):
            load("insects", "train", insects, size=size)
    (insects / "insects/train/ants/broken.jpg").write_bytes(b"\xff\xd8 no picture")
    with pytest.raises(ValueError, match=r"broken.jpg is no picture .* Prepare the data set again"):
        load("insects", "train", insects)
    (insects / "insects/train/ants").rename(insects / "insects/train/snails")
    with pytest.raises(ValueError, match="snails is no class of the set; there are ants, bees"):
        load("insects", "train", insects)


def test_array_sets_have_one_size():
    with pytest.raises(ValueError, match="size is 5, but the images of mnist_5k have one size"):
        load("mnist_5k", "train", size=5)


@pytest.fixture
def streets(tmp_path, monkeypatch):
    """The set `streets`: pictures in <split>/, label maps in <split>annot/."""
    folder = tmp_path / "streets"
    for split, num in (("train", 3), ("val", 2), ("test", 1)):
        for part in (split, f"{split}annot"):
            (folder / part).mkdir(parents=True)
        for number in range(num):
            write(picture(8, 12), folder / split / f"{number}.png")
            labels = (torch.arange(96).view(1, 8, 12) + number) % 3
            write(labels.byte(), folder / f"{split}annot" / f"{number}.png")
    splits = {"train": "train", "validation": "val", "test": "test"}
    pictures = Pictures((), splits, {}, size=(8, 12), has_label_maps=True)
    data_set = DataSet("streets", pictures=pictures, classes=("road", "car", "void"))
    monkeypatch.setitem(CATALOGUE, "streets", data_set)
    return folder


def test_label_maps_come_with_their_pictures(streets):
    images, labels = load("streets", "train", streets.parent)
    assert images.shape == (3, 3, 8, 12)
    assert (labels.shape, labels.dtype) == ((3, 8, 12), torch.int64)
    assert torch.equal(images[0], picture(8, 12))
    for number in range(3):
        assert torch.equal(labels[number], (torch.arange(96).view(8, 12) + number) % 3)
    assert load("streets", "validation", streets.parent)[1].shape == (2, 8, 12)
    assert load("streets", "test", streets.parent)[1].shape == (1, 8, 12)


def test_label_maps_take_the_nearest_pixel(streets):
    whole = load("streets", "test", streets.parent)[1]
    for size, steps in (((16, 24), [16, 24]), ((4, 6), [4, 6])):
        _, labels = load("streets", "test", streets.parent, size=size)
        wanted = functional.resize(whole.byte(), steps, InterpolationMode.NEAREST_EXACT)
        assert torch.equal(labels, wanted.long())
    images, labels = load("streets", "test", streets.parent, size=8)
    assert images.shape == (1, 3, 8, 8)
    assert torch.equal(labels, whole[:, :, 2:10])
    assert torch.equal(images[0], picture(8, 12)[:, :, 2:10])


def test_other_label_maps_are_noticed(streets):
    path = streets / "trainannot" / "1.png"
    # Both as long as each other: past its end, a PNG may have zeros.
    path.write_bytes(path.read_bytes().ljust(500, b"\0"))
    before = load("streets", "train", streets.parent)[1]
    corrected = (before[1:2] + 1) % 3
    write(corrected.byte(), path)
    path.write_bytes(path.read_bytes().ljust(500, b"\0"))
    assert path.stat().st_size == 500
    found = load("streets", "train", streets.parent)[1]
    assert torch.equal(found[1:2], corrected)
    assert torch.equal(found[::2], before[::2])
    path.unlink()
    with pytest.raises(ValueError, match="3 pictures and trainannot 2 label maps"):
        load("streets", "train", streets.parent)


def test_what_is_wrong_with_label_maps_is_named(streets):
    path = streets / "trainannot" / "1.png"
    write(torch.full((1, 8, 12), 3, dtype=torch.uint8), path)
    with pytest.raises(ValueError, match="trainannot has the label 3; the 3 classes"):
        load("streets", "train", streets.parent)
    write(picture(8, 12), path)
    with pytest.raises(ValueError, match=r"1.png is not gray; a label map has one number"):
        load("streets", "train", streets.parent)
    path.rename(path.with_name("9.png"))
    with pytest.raises(ValueError, match="3 pictures and trainannot 3 label maps, and their names"):
        load("streets", "train", streets.parent)
    Path(streets / "trainannot" / "9.png").unlink()
    with pytest.raises(ValueError, match="3 pictures and trainannot 2 label maps"):
        load("streets", "train", streets.parent)


def test_a_split_that_is_not_there_names_those_that_are():
    with pytest.raises(ValueError, match="'dev'; choose 'train', 'validation' or 'test'"):
        load("camvid", "dev")
    with pytest.raises(ValueError, match="'validation'; choose 'train' or 'test'"):
        load("hymenoptera", "validation")
