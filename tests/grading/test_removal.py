"""Folders that a hostile program may leave. Oracle: that nothing is there afterwards."""

import os

from course_lib.grading.removal import remove_folder


def test_files_links_and_folders_are_removed_but_not_what_links_lead_to(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o750)
    (kept / "file").touch()
    folder = tmp_path / "folder"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").touch()
    for place in (folder, folder / "a"):
        (place / "link").symlink_to(kept)
    remove_folder(folder)
    assert not folder.exists()
    assert (kept / "file").exists()
    assert kept.stat().st_mode & 0o777 == 0o750


def test_more_levels_than_calls_can_nest(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    inner = os.open(folder, os.O_DIRECTORY)
    for _ in range(1100):
        os.mkdir("a" * 200, dir_fd=inner)
        outer, inner = inner, os.open("a" * 200, os.O_DIRECTORY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    remove_folder(folder)
    assert not folder.exists()


def test_locked_folders_are_unlocked(tmp_path):
    folder = tmp_path / "folder"
    (folder / "a" / "b" / "c").mkdir(parents=True)
    for path in (folder / "a" / "b" / "c", folder / "a" / "b", folder / "a"):
        path.chmod(0)
    remove_folder(folder)
    assert not folder.exists()


def test_what_is_gone_or_a_link_is_left_alone(tmp_path):
    remove_folder(tmp_path / "gone")
    kept = tmp_path / "kept"
    kept.mkdir()
    (tmp_path / "link").symlink_to(kept)
    remove_folder(tmp_path / "link")
    assert kept.exists()
