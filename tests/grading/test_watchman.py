"""Real processes below a real leader. Oracle: what they were told to use."""

import subprocess
import sys
import time

import pytest

from course_lib.grading.walls import MIB, Limits, Walls
from course_lib.grading.watchman import Watchman, descendants, end, folder_bytes, private_bytes

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


def test_many_empty_files_count_as_well(tmp_path):
    for number in range(300):
        (tmp_path / str(number)).touch()
    assert folder_bytes(tmp_path) > MIB


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


def test_the_end_of_a_sandbox_is_the_end_of_all_in_it(start):
    process = start(children=3, size=0, walls=Walls())
    family = descendants(process.pid)
    assert len(family) >= 6  # bubblewrap, its first process inside, the program, three children
    end(process.pid)
    process.wait(timeout=5)
    assert not any(descendants(member) for member in family)
