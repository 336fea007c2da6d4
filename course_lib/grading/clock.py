"""The clock of one cell or one call: computing time, so that a busy machine costs nobody points."""

import os
import time
from pathlib import Path

from course_lib.grading.watchman import descendants

PATIENCE = 4  # how many times longer it may take than it computes, waiting for its turn
TICKS = os.sysconf("SC_CLK_TCK")


class Clock:
    """Runs while the sandbox below the process `leader` is at work on one thing.

    It is over when the sandbox has computed for `seconds`, or after PATIENCE times as long,
    whatever it did meanwhile: a function that sleeps for ever computes nothing.
    """

    def __init__(self, seconds: float, leader: int):
        self.seconds = seconds
        self._leader = leader
        self._start = time.monotonic()
        self._computed_before = computed_seconds(leader)

    @property
    def is_over(self) -> bool:
        passed = time.monotonic() - self._start
        if passed <= self.seconds:
            return False
        computed = computed_seconds(self._leader) - self._computed_before
        return computed > self.seconds or passed > PATIENCE * self.seconds


def computed_seconds(leader: int) -> float:
    """The processor time of a process and all below it that still run."""
    return sum(map(_ticks, descendants(leader))) / TICKS


def _ticks(process: int) -> int:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:  # it has just ended
        return 0
    return sum(map(int, stat.rpartition(")")[2].split()[11:15]))
