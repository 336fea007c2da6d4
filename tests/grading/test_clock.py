"""Oracle: processes that compute, and that wait, for a known time."""

import os
import signal
import subprocess
import sys
import time

import pytest

from course_lib.grading import clock
from course_lib.grading.clock import Clock, computed_seconds


@pytest.fixture
def start():
    started = []

    def begin(program: str) -> int:
        command = [sys.executable, "-I", "-c", program]
        process = subprocess.Popen(command, start_new_session=True)
        started.append(process)
        return process.pid

    yield begin
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)  # with its children
        process.wait()


def wait_until_over(running: Clock, at_most: float) -> float:
    begin = time.monotonic()
    while not running.is_over and time.monotonic() - begin < at_most:
        time.sleep(0.02)
    return time.monotonic() - begin


def test_computing_uses_it_up(start):
    pid = start("while True: pass")
    running = Clock(0.5, pid)
    assert 0.5 <= wait_until_over(running, 20) < 20
    assert computed_seconds(pid) >= 0.5


def test_waiting_does_not(start):
    running = Clock(0.3, start("import time; time.sleep(60)"))
    time.sleep(1)
    assert not running.is_over


def test_waiting_for_ever_does_in_the_end(start, monkeypatch):
    monkeypatch.setattr(clock, "PATIENCE", 3)
    process = start("import time; time.sleep(60)")
    begin = time.monotonic()
    wait_until_over(Clock(0.3, process), 20)
    assert 0.9 <= time.monotonic() - begin < 20


def test_children_compute_on_the_same_clock(start):
    running = Clock(
        0.3, start("import os, time\nos.fork() or exec('while True: pass')\ntime.sleep(60)")
    )
    assert wait_until_over(running, 20) < 20
