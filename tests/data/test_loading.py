import hashlib
import os

import numpy as np
import pytest
import torch

from course_lib.data import load, prepare

# SHA-256 of MNIST's four unpacked files, as published by others for the files of both mirrors.
UNPACKED = {
    ("train", "images"): "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ("train", "labels"): "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ("test", "images"): "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ("test", "labels"): "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def write(root, images, labels, split="train"):
    folder = root / "mnist"
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{split}_images.npy", images)
    np.save(folder / f"{split}_labels.npy", labels)


@pytest.mark.parametrize(
    "stored",
    [
        lambda images: images[:, 0],  # n h w
        lambda images: images[:, :1],  # n 1 h w
        lambda images: images[:, :1].transpose(0, 2, 3, 1),  # n h w 1
    ],
)
def test_gray_images_come_channels_first(tmp_path, stored):
    images = np.random.randint(0, 256, (5, 3, 6, 4), dtype=np.uint8)
    write(tmp_path, stored(images), np.arange(5, dtype=np.uint8))
    loaded, labels = load("mnist", "train", root=tmp_path)
    assert torch.equal(loaded, torch.from_numpy(images[:, :1]))
    assert labels.dtype == torch.int64
    assert labels.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (0, 2, 3, 1)])
def test_color_images_come_channels_first(tmp_path, axes):
    images = np.random.randint(0, 256, (5, 3, 6, 4), dtype=np.uint8)
    write(tmp_path, images.transpose(axes), np.zeros(5, dtype=np.int32))
    assert torch.equal(load("mnist", "train", root=tmp_path)[0], torch.from_numpy(images))


def test_course_data_says_where_to_look(tmp_path, monkeypatch):
    write(tmp_path, np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.uint8), split="test")
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert load("mnist", "test")[0].shape == (2, 1, 3, 3)


def test_a_missing_data_set_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError) as caught:
        load("mnist", "test")
    for hint in (str(tmp_path / "mnist"), "course data prepare mnist", "COURSE_DATA"):
        assert hint in str(caught.value)


def test_without_course_data_the_cache_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="course_lib"):
        load("mnist", "test")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="'minst'; the data sets are mnist_5k, mnist"):
        load("minst", "train")


def test_an_unknown_split_lists_the_known_ones():
    with pytest.raises(ValueError, match="'validation'; choose 'train' or 'test'"):
        load("mnist_5k", "validation")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 3, 3)), np.zeros(2, int), "train_images.npy is float64"),
        (np.zeros((2, 5, 4, 4), np.uint8), np.zeros(2, int), r"shape \(2, 5, 4, 4\)"),
        (np.zeros((2, 9), np.uint8), np.zeros(2, int), r"shape \(2, 9\)"),
        (np.zeros((2, 3, 3), np.uint8), np.zeros(3, int), "the 2 images beside it"),
        (np.zeros((2, 3, 3), np.uint8), np.zeros(2), "train_labels.npy is float64"),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path, images, labels, message):
    write(tmp_path, images, labels)
    with pytest.raises(ValueError, match=message):
        load("mnist", "train", root=tmp_path)


@pytest.mark.parametrize(("split", "kind"), UNPACKED)
def test_mnist_is_byte_for_byte_the_published_one(split, kind):
    if not os.environ.get("COURSE_DATA"):
        pytest.skip("needs MNIST: set COURSE_DATA")
    images, labels = load("mnist", split)
    values = images[:, 0] if kind == "images" else labels
    header = bytes((0, 0, 8, values.ndim)) + b"".join(
        size.to_bytes(4, "big") for size in values.shape
    )
    file = header + values.to(torch.uint8).numpy().tobytes()
    assert hashlib.sha256(file).hexdigest() == UNPACKED[split, kind]


def test_the_mnist_at_hand_passes_the_catalogues_hashes():
    if not os.environ.get("COURSE_DATA"):
        pytest.skip("needs MNIST: set COURSE_DATA")
    assert prepare("mnist").name == "mnist"
