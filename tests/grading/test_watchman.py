"""Real processes below a real leader. Oracle: what they were told to use."""

import contextlib
import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from course_lib.grading.walls import MIB, Limits, Walls
from course_lib.grading.watchman import (
    Watchman,
    descendants,
    end,
    folder_bytes,
    private_bytes,
    scratch_files,
)

HOLD = """
import os, sys, time
for _ in range({children}):
    if os.fork() == 0:
        break
block = bytearray({size})
block[::4096] = bytes(len(block[::4096]))
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def start():
    started = []

    def begin(children: int, size: int, walls: Walls | None = None) -> subprocess.Popen:
        command = [sys.executable, "-I", "-c", HOLD.format(children=children, size=size)]
        command = walls.around(command) if walls else command
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        started.append(process)
        for _ in range(children + 1):
            assert process.stdout.readline() == b"ready\n"
        return process

    yield begin
    for process in started:
        end(process.pid, seconds=0.0)
        process.wait()
        process.stdout.close()


def wait_for(watchman: Watchman) -> str | None:
    watchman.join(timeout=10)
    assert not watchman.is_alive()
    return watchman.reason


def test_the_memory_of_all_processes_counts_together(start, tmp_path):
    process = start(children=4, size=40 * MIB)  # each below the limit, together above
    watchman = Watchman(process.pid, tmp_path, Limits(memory=150 * MIB))
    watchman.start()
    assert wait_for(watchman) == "it used more than 150 MB of memory"
    assert process.wait(timeout=10) < 0


def test_below_the_limits_nothing_happens(start, tmp_path):
    process = start(children=1, size=10 * MIB)
    watchman = Watchman(process.pid, tmp_path, Limits(memory=500 * MIB))
    watchman.start()
    time.sleep(0.6)
    watchman.dismiss()
    assert (watchman.reason, process.poll()) == (None, None)


def test_files_in_the_exchange_end_it(start, tmp_path):
    (tmp_path / "large").write_bytes(bytes(2 * MIB))
    watchman = Watchman(start(children=0, size=0).pid, tmp_path, Limits())
    watchman.start()
    assert wait_for(watchman) == "it wrote files where it may not"


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir])
def test_many_empty_files_and_folders_count_as_well(tmp_path, make):
    for number in range(300):
        make(tmp_path / str(number))
    assert folder_bytes(tmp_path, enough=10 * MIB) > MIB


def test_counting_ends_when_there_is_enough(tmp_path):
    for number in range(300):
        (tmp_path / str(number)).touch()
    assert folder_bytes(tmp_path, enough=10_000) == 3 * 4096


def test_a_folder_too_deep_to_be_named_is_too_much(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(20):  # 4,096 characters is the longest path
        os.mkdir("a" * 250)
        os.chdir("a" * 250)
    Path("large").write_bytes(bytes(2 * MIB))
    assert folder_bytes(tmp_path, enough=MIB) > MIB


def test_a_folder_that_cannot_be_looked_into_is_too_much(tmp_path):
    assert folder_bytes(tmp_path / "gone", enough=MIB) > MIB


def test_a_file_that_is_gone_again_hides_no_other(tmp_path, monkeypatch):
    class Entry:
        def __init__(self, size):
            self.size = size

        def stat(self, follow_symlinks):
            if self.size is None:
                raise FileNotFoundError
            return os.stat_result((0,) * 6 + (self.size, 0, 0, 0))

        def is_dir(self, follow_symlinks):
            return False

    entries = [Entry(None), Entry(2 * MIB)]
    monkeypatch.setattr(os, "scandir", lambda _: contextlib.nullcontext(entries))
    assert folder_bytes(tmp_path, enough=MIB) == 2 * (MIB + 4096)


def test_trouble_of_our_own_is_not_held_against_the_student(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(OSError, match="too many"):
        folder_bytes(tmp_path, enough=MIB)


def test_who_cannot_be_watched_is_ended(start, tmp_path, monkeypatch):
    def fail(*_):
        raise RecursionError("too deep")

    monkeypatch.setattr("course_lib.grading.watchman.folder_bytes", fail)
    process = start(children=0, size=0)
    watchman = Watchman(process.pid, tmp_path, Limits())
    watchman.start()
    assert wait_for(watchman) is None
    assert watchman.fault == "too deep"
    assert process.wait(timeout=10) < 0


def test_a_watchman_goes_home_when_there_is_nobody_left(start, tmp_path):
    process = start(children=0, size=0)
    watchman = Watchman(process.pid, tmp_path, Limits())
    end(process.pid, seconds=0.0)
    process.wait()
    watchman.start()
    assert wait_for(watchman) is None


def test_private_memory_is_what_was_written_to(start):
    empty, full = start(children=0, size=0), start(children=0, size=50 * MIB)
    gap = private_bytes(full.pid) - private_bytes(empty.pid)
    assert 49 * MIB < gap < 55 * MIB


@pytest.mark.parametrize("between", ["\x0b", "\x0c", "\r", "\x1c", "\n"])
def test_a_process_cannot_write_its_own_numbers_with_its_name(between):
    rename = f"import ctypes; ctypes.CDLL(None).prctl(15, {between!r}.encode() + b'RssAnon:\\tx')"
    program = f"{rename}; print('ready', flush=True); input()"
    command = [sys.executable, "-I", "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        assert private_bytes(process.pid) > MIB
        process.stdin.close()
        process.stdin = None
        # No line tells its memory once it is gone, so nothing may stand in for them.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert private_bytes(process.pid) == 0


def test_files_are_counted_where_a_sandbox_has_its_memory(start):
    process = start(children=0, size=0, walls=Walls())
    counts = scratch_files(descendants(process.pid))
    assert set(counts) == {"/tmp", "/dev/shm", "/notebook"}
    assert max(counts.values()) < 10


def test_files_outside_of_any_sandbox_are_not_counted(start):
    assert scratch_files(descendants(start(children=0, size=0).pid)) == {}


def test_the_end_of_a_sandbox_is_the_end_of_all_in_it(start):
    process = start(children=3, size=0, walls=Walls())
    family = descendants(process.pid)
    assert len(family) >= 6  # bubblewrap, its first process inside, the program, three children
    end(process.pid)
    process.wait(timeout=5)
    assert not any(descendants(member) for member in family)
