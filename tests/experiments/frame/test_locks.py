"""One run at a time in a folder. Oracle: what the system says of the lock, and other processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.experiments.frame import locks
from course_lib.experiments.frame.locks import alone_in
from course_lib.experiments.frame.steps import BusyError

fcntl = pytest.importorskip("fcntl", reason="there are no locks here")

HOLD = """
import sys
from pathlib import Path
from course_lib.experiments.frame.locks import alone_in
with alone_in(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_kept_out_until_the_first_is_killed(tmp_path):
    folder = tmp_path / "trial" / "seed0-abc"
    words = [sys.executable, "-c", HOLD, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=r"Another process .*seed0-abc\.lock"), alone_in(folder):
            pass
        process.kill()
        process.wait()
    with alone_in(folder):
        pass
    assert list(folder.parent.iterdir()) == []


def test_other_folders_are_free(tmp_path):
    with alone_in(tmp_path / "seed0"), alone_in(tmp_path / "seed1"):
        pass


def test_an_error_gives_the_lock_back(tmp_path):
    with pytest.raises(KeyboardInterrupt), alone_in(tmp_path / "seed0"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_lock_on_a_file_that_was_removed_keeps_nobody_out_and_does_not_count(
    tmp_path, monkeypatch
):
    flock = fcntl.flock

    def late(file, operation):
        monkeypatch.setattr(fcntl, "flock", flock)
        (tmp_path / "seed0.lock").unlink()  # by the run that held it until now
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with alone_in(tmp_path / "seed0"), pytest.raises(BusyError), alone_in(tmp_path / "seed0"):
        pass


def test_the_file_is_removed_while_it_is_still_held(tmp_path, monkeypatch):
    # After that it might be another run's.
    unlink, removed = Path.unlink, []

    def watched(path, missing_ok=False):
        with path.open("a") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed.append(path.name)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", watched)
    with alone_in(tmp_path / "seed0"):
        pass
    assert removed == ["seed0.lock"]


def test_where_there_are_no_locks_nobody_is_kept_out(tmp_path, monkeypatch):
    def unknown(file, operation):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(locks.fcntl, "flock", unknown)
    with alone_in(tmp_path / "seed0"), alone_in(tmp_path / "seed0"):
        pass
    monkeypatch.setattr(locks, "fcntl", None)
    with alone_in(tmp_path / "seed0"), alone_in(tmp_path / "seed0"):
        pass
    assert list(tmp_path.iterdir()) == []
