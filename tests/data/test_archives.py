"""Archives of pictures, whole and spoiled. Oracle: zip and tar files made here."""

import gzip
import hashlib
import io
import tarfile
import zipfile

import numpy as np
import pytest

from course_lib.data import archives
from course_lib.data.archives import checked, members
from course_lib.data.download import BadFileError, MirrorError
from course_lib.data.published import Archive

# Noise, so that packing does not shrink it and a cut goes through a picture.
PICTURES = {
    f"set/pictures/{number}.jpg": np.random.default_rng(number).bytes(5_000) for number in range(4)
}
OTHERS = {"set/readme.txt": b"text", "set/pictures/../../evil.jpg": b"!", "pictures/9.jpg": b"!"}
NAMES = r"set/pictures/([^/]+\.jpg)"


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("set/pictures/folder.jpg/"))
        link = tarfile.TarInfo("set/pictures/link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


both = pytest.mark.parametrize("pack", [zipped, tarred])


def written(tmp_path, content):
    path = tmp_path / "archive"
    path.write_bytes(content)
    return path


@both
def test_pictures_come_by_their_names_and_others_stay(pack, tmp_path):
    path = written(tmp_path, pack({**OTHERS, **PICTURES}))
    archive = Archive("archive", members=NAMES, num_pictures=4)
    if pack is tarred:
        # A folder that is called like a picture is an empty file to tar; ours has none such.
        assert all(match[1] != "link.jpg" for match, _ in members(path, archive))
    found = {match[0]: content for match, content in members(path, archive)}
    found.pop("set/pictures/folder.jpg", None)
    assert found == PICTURES


@both
@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_the_hash_is_that_of_the_file(pack, algorithm, tmp_path):
    content = zipped(PICTURES) if pack is zipped else gzip.compress(zipped(PICTURES))
    digest = hashlib.new(algorithm, content).hexdigest()
    path = written(tmp_path, content)
    assert checked(path, Archive("archive", f"{algorithm}:{digest}")) == path
    with pytest.raises(BadFileError, match=f"without the hash {algorithm}:0000"):
        checked(path, Archive("archive", f"{algorithm}:{'0' * len(digest)}"))


def test_a_whole_archive_passes_and_another_number_of_pictures_does_not(tmp_path):
    path = written(tmp_path, zipped(PICTURES))
    assert checked(path, Archive("archive", members=NAMES, num_pictures=4)) == path
    with pytest.raises(BadFileError, match="sent 4 pictures, not 1,402"):
        checked(path, Archive("archive", members=NAMES, num_pictures=1_402))


@both
def test_an_archive_that_ends_early_may_go_on(pack, tmp_path):
    content = pack(PICTURES)
    path = written(tmp_path, content[: len(content) // 2])
    with pytest.raises(MirrorError, match="ends early or is damaged") as caught:
        checked(path, Archive("archive", members=NAMES, num_pictures=4))
    assert caught.type is MirrorError  # and so its beginning is kept


@both
def test_a_damaged_archive_is_noticed(pack, tmp_path):
    content = bytearray(pack(PICTURES))
    middle = len(content) // 2
    content[middle : middle + 50] = bytes(50)
    # Where a tar is damaged between two pictures, it seems to end there.
    with pytest.raises(MirrorError, match=r"damaged|sent [0-3] pictures, not 4"):
        checked(written(tmp_path, content), Archive("archive", members=NAMES, num_pictures=4))


def test_a_damaged_packed_picture_is_noticed(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("set/pictures/1.jpg", np.random.default_rng(0).bytes(500) * 20)
    content = bytearray(buffer.getvalue())
    content[60:160] = b"\xff" * 100
    with pytest.raises(MirrorError, match="damaged"):
        checked(written(tmp_path, content), Archive("archive", members=NAMES, num_pictures=1))


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>" * 100])
def test_another_file_is_no_archive(content, tmp_path):
    with pytest.raises(BadFileError, match="sent a file that is neither zip nor tar"):
        checked(written(tmp_path, content), Archive("archive", members=NAMES, num_pictures=4))


@both
def test_pictures_may_not_fill_the_disk(pack, tmp_path, monkeypatch):
    path = written(tmp_path, pack(PICTURES))
    archive = Archive("archive", members=NAMES, num_pictures=4)
    monkeypatch.setattr(archives, "LARGEST_BYTES", 19_999)
    with pytest.raises(BadFileError, match="sent pictures of more than 19,999 bytes"):
        checked(path, archive)
    monkeypatch.setattr(archives, "LARGEST_BYTES", 20_000)
    if pack is zipped:
        assert checked(path, archive) == path
