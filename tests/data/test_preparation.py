"""Bad downloads, from a real server on this machine (conftest.py)."""

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.data import download, load, prepare

LINUX_ONLY = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")

# What each misbehavior must be called.
COMPLAINTS = {
    "missing": "answered 404",
    "overloaded": "answered 503",
    "page": "sent a web page instead of the file",
    "disguised-page": "begins with b'<!DOCTYPE",
    "cut-short": "IncompleteRead",
    "cut-short-untold": "the file goes on after them",
    "other-array": r"sent an array of shape \(2,\)",
    "damaged": "sent a damaged file",
    "oversized": "unpacks to more than 117,600 values",
    "circle": "redirects in a circle",
    "silent": "sent nothing for 0.4 seconds",
    "stalls": "sent nothing for 0.4 seconds",
}
# These end inside a good file: its beginning is worth keeping.
BREAKS = ("cut-short", "cut-short-untold", "stalls")


@pytest.fixture(autouse=True)
def _little_patience(request, monkeypatch):
    """Only where a test waits for it: a busy machine answers late, too."""
    waits = any(word in request.node.name for word in ("silent", "stalls", "goes_on"))
    monkeypatch.setattr(download, "TIMEOUT_SECONDS", 0.4 if waits else 20)


def assert_tiny_is_there(root, tiny_arrays):
    images, labels = load("tiny", "train", root)
    assert torch.equal(images[:, 0], torch.from_numpy(tiny_arrays["train_images"]))
    assert torch.equal(labels, torch.from_numpy(tiny_arrays["train_labels"]).long())
    assert sorted(path.name for path in root.iterdir()) == ["tiny"]
    assert sorted(path.stem for path in (root / "tiny").iterdir()) == sorted(tiny_arrays)


@pytest.mark.parametrize(
    "behavior",
    ["good", "without-ranges", "moved", "unpacked", "packed-for-transport", "breaks-off"],
)
def test_a_server_that_delivers_in_the_end(behavior, tmp_path, server, tiny, tiny_arrays):
    assert prepare("tiny", tmp_path, [server.mirror(behavior)]) == tmp_path / "tiny"
    assert_tiny_is_there(tmp_path, tiny_arrays)


@pytest.mark.parametrize("behavior", COMPLAINTS)
def test_the_next_mirror_is_asked(behavior, tmp_path, server, tiny, tiny_arrays, capsys):
    prepare("tiny", tmp_path, [server.mirror(behavior), server.mirror("good")])
    assert_tiny_is_there(tmp_path, tiny_arrays)
    assert server.mirror(behavior) in capsys.readouterr().err


@pytest.mark.parametrize(("behavior", "complaint"), COMPLAINTS.items())
def test_a_failure_says_why_and_leaves_nothing_half_made(
    behavior, complaint, tmp_path, server, tiny
):
    mirrors = [server.mirror("missing"), server.mirror(behavior)]
    with pytest.raises(RuntimeError, match=complaint) as caught:
        prepare("tiny", tmp_path, mirrors)
    assert all(mirror in str(caught.value) for mirror in mirrors)
    left = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")]
    assert left == (["tiny.part", "tiny.part/train_images.gz"] if behavior in BREAKS else [])
    with pytest.raises(FileNotFoundError, match="course data prepare tiny"):
        load("tiny", "train", tmp_path)


def test_nobody_listening_is_a_clear_error(tmp_path, tiny):
    with pytest.raises(RuntimeError, match=r"could not be reached .*refused"):
        prepare("tiny", tmp_path)


def test_a_broken_download_goes_on_where_it_ended(tmp_path, server, tiny, tiny_arrays):
    with pytest.raises(RuntimeError):
        prepare("tiny", tmp_path, [server.mirror("stalls")])
    begun = (tmp_path / "tiny.part" / "train_images.gz").stat().st_size
    assert 0 < begun < len(server.files["train_images.gz"])
    prepare("tiny", tmp_path, [server.mirror("good")])
    assert ("good", "train_images.gz", f"bytes={begun}-") in server.asked
    assert_tiny_is_there(tmp_path, tiny_arrays)


@pytest.mark.parametrize("behavior", ["good", "without-ranges"])
@pytest.mark.parametrize("left", [b"no beginning of it", bytes(10**6)])
def test_a_beginning_that_is_wrong_is_dropped(left, behavior, tmp_path, server, tiny, tiny_arrays):
    (tmp_path / "tiny.part").mkdir()
    (tmp_path / "tiny.part" / "train_images.gz").write_bytes(left)
    prepare("tiny", tmp_path, [server.mirror(behavior)])
    assert_tiny_is_there(tmp_path, tiny_arrays)


def test_a_finished_file_is_not_fetched_again(tmp_path, server, tiny, tiny_arrays):
    (tmp_path / "tiny.part").mkdir()
    (tmp_path / "tiny.part" / "train_images.gz").write_bytes(server.files["train_images.gz"])
    prepare("tiny", tmp_path, [server.mirror("good")])
    assert_tiny_is_there(tmp_path, tiny_arrays)
    assert "train_images.gz" not in [file for _, file, _ in server.asked]


@LINUX_ONLY
def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path, server, tiny):
    # Every write to /dev/full fails as it does on a full disk, in the kernel.
    (tmp_path / "tiny.part").mkdir()
    (tmp_path / "tiny.part" / "test_images.npy").symlink_to("/dev/full")
    with pytest.raises(OSError, match=r"tiny could not be written to .*No space left on device"):
        prepare("tiny", tmp_path, [server.mirror("good")])
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fails_during_a_download_is_not_a_mirrors_fault(tmp_path, server, tiny):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"tiny could not be written to .*File too large"):
            prepare("tiny", tmp_path, [server.mirror("good")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_one_may_not_write_to_is_named(tmp_path, server, tiny):
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match=r"tiny could not be written to .*Permission denied"):
        prepare("tiny", tmp_path, [server.mirror("good")])


def test_what_is_there_is_checked_and_not_fetched(tmp_path, server, tiny):
    prepare("tiny", tmp_path, [server.mirror("good")])
    server.asked.clear()
    prepare("tiny", tmp_path, [server.mirror("good")])
    assert not server.asked


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"?")])
def test_a_spoiled_folder_is_named_and_left_alone(spoil, tmp_path, server, tiny):
    folder = prepare("tiny", tmp_path, [server.mirror("good")])
    spoil(folder / "test_labels.npy")
    with pytest.raises(RuntimeError, match=r"test_labels.npy is missing or is not .* Move"):
        prepare("tiny", tmp_path, [server.mirror("good")])
    assert (folder / "train_images.npy").exists()


def test_arrays_in_another_storage_order_are_the_same_data(tmp_path, server, tiny, tiny_arrays):
    folder = prepare("tiny", tmp_path, [server.mirror("good")])
    np.save(folder / "train_images.npy", tiny_arrays["train_images"][:, None])
    np.save(folder / "train_labels.npy", tiny_arrays["train_labels"].astype(np.int64))
    assert prepare("tiny", tmp_path) == folder


def test_the_embedded_set_needs_nothing():
    assert prepare("mnist_5k", root="/nonexistent").name == "mnist_5k"


def test_the_servers_files_are_what_the_tests_say_they_are(server):
    # Breaking off in the middle is only a test where a chunk arrives before the break.
    assert len(server.files["train_images.gz"]) > 4 * download.CHUNK_BYTES
    assert gzip.decompress(server.files["test_labels.gz"])[:4] == bytes((0, 0, 8, 1))
