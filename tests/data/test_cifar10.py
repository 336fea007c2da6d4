"""CIFAR-10's own form. Oracle: records written byte by byte; the real set where it is at hand."""

import gzip
import hashlib
import io
import os
import tarfile

import numpy as np
import pytest
import torch

from course_lib.data import class_names, load, prepare
from course_lib.data.catalogue import CATALOGUE
from course_lib.data.cifar10 import FOLDER, decode
from course_lib.data.published import DataSet, Original

NAMES = [*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"]

# SHA-256 of the files in the archive, as others publish them.
BATCHES = (
    "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
)


def archive_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in {"readme.html": b"<html>", **files}.items():
            info = tarfile.TarInfo(f"{FOLDER}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def pictures():
    """Two pictures in each of the six files, with their labels."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (12, 3, 32, 32), dtype=np.uint8)
    return images, draw.integers(0, 10, 12, dtype=np.uint8)


@pytest.fixture
def batches(pictures):
    images, labels = pictures
    records = [
        bytes([label]) + image.tobytes() for image, label in zip(images, labels, strict=True)
    ]
    return {name: b"".join(records[2 * at : 2 * at + 2]) for at, name in enumerate(NAMES)}


def test_records_written_by_hand(pictures, batches):
    arrays = decode(archive_of(batches))
    images, labels = pictures
    assert sorted(arrays) == ["test_images", "test_labels", "train_images", "train_labels"]
    np.testing.assert_array_equal(arrays["train_images"], images[:10])
    np.testing.assert_array_equal(arrays["train_labels"], labels[:10])
    np.testing.assert_array_equal(arrays["test_images"], images[10:])
    np.testing.assert_array_equal(arrays["test_labels"], labels[10:])


def test_what_is_wrong_with_an_archive(batches):
    with pytest.raises(ValueError, match=r"holds 6,145 bytes in test_batch.bin, no whole number"):
        decode(archive_of(batches | {"test_batch.bin": batches["test_batch.bin"][1:]}))
    del batches["data_batch_3.bin"]
    with pytest.raises(ValueError, match=r"is no archive of CIFAR-10 .*data_batch_3.bin"):
        decode(archive_of(batches))
    with pytest.raises(ValueError, match="is no archive of CIFAR-10"):
        decode(b"<!DOCTYPE html>" * 100)


@pytest.fixture
def small_cifar(pictures, batches, server, monkeypatch):
    """The data set `small`: CIFAR-10's form, with twelve pictures."""
    images, labels = pictures
    arrays = {"train_images": images[:10], "train_labels": labels[:10]}
    arrays |= {"test_images": images[10:], "test_labels": labels[10:]}
    originals = {
        name: Original("cifar.tar.gz", values.shape, hashlib.sha256(values.tobytes()).hexdigest())
        for name, values in arrays.items()
    }
    server.files["cifar.tar.gz"] = gzip.compress(archive_of(batches))
    monkeypatch.setitem(CATALOGUE, "small", DataSet("twelve pictures", originals=originals))
    return images, labels


@pytest.mark.parametrize("behavior", ["good", "unpacked", "cut-short", "damaged", "page"])
def test_four_arrays_out_of_one_file(behavior, tmp_path, small_cifar, server):
    images, labels = small_cifar
    tmp_path = tmp_path / "not" / "there"
    prepare("small", tmp_path, [server.mirror(behavior), server.mirror("good")])
    loaded, classes = load("small", "train", tmp_path)
    assert torch.equal(loaded, torch.from_numpy(images[:10]))
    assert classes.tolist() == labels[:10].tolist()
    assert torch.equal(load("small", "test", tmp_path)[0], torch.from_numpy(images[10:]))
    assert len(list((tmp_path / "small").iterdir())) == 4
    fetched = [file for behaved, file, _ in server.asked if behaved == "good"]
    assert len(fetched) <= 1  # one file, asked for once


def test_pictures_stored_channels_last_are_the_same_data(tmp_path, small_cifar, server):
    folder = prepare("small", tmp_path, [server.mirror("good")])
    stored = np.load(folder / "train_images.npy")
    np.save(folder / "train_images.npy", stored.transpose(0, 2, 3, 1))
    assert prepare("small", tmp_path) == folder
    np.save(folder / "train_images.npy", stored[:, ::-1].transpose(0, 2, 3, 1))
    with pytest.raises(RuntimeError, match=r"train_images.npy is missing or is not the published"):
        prepare("small", tmp_path)


def test_the_archive_may_not_be_a_bomb(tmp_path, small_cifar, server):
    with pytest.raises(RuntimeError, match="unpacks to more than 36,876 values"):
        prepare("small", tmp_path, [server.mirror("oversized")])


def test_the_cifar10_at_hand_is_byte_for_byte_the_published_one():
    if not os.environ.get("COURSE_DATA"):
        pytest.skip("needs CIFAR-10: set COURSE_DATA")
    try:
        (images, labels), (test_images, test_labels) = (
            load("cifar10", split) for split in ("train", "test")
        )
    except FileNotFoundError:
        pytest.skip("needs CIFAR-10 in COURSE_DATA")
    images, labels = torch.cat((images, test_images)), torch.cat((labels, test_labels))
    records = torch.cat((labels[:, None].byte(), images.flatten(1)), dim=1).numpy()
    found = [hashlib.sha256(part.tobytes()).hexdigest() for part in records.reshape(6, -1)]
    assert tuple(found) == BATCHES
    assert prepare("cifar10").name == "cifar10"
    assert len(class_names("cifar10")) == int(labels.max()) + 1 == 10
