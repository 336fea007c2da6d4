"""Watch what a sandbox uses, and end it when it uses too much.

Limits per process do not add up: a hundred processes below their limit are still too much. This
needs no control groups, which ordinary users and containers rarely may write to.
"""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

from course_lib.grading.walls import Limits

PRIVATE = ("RssAnon", "RssShmem", "VmSwap")
SECONDS_BETWEEN = 0.25
EXCHANGE_BYTES = 2**20  # the one folder that is shared with this machine holds sockets only


class Watchman(threading.Thread):
    """Looks at a process group and its descendants until they are gone or `dismiss()` is called.

    `reason` says why it ended them, else it is None.
    """

    def __init__(self, leader: int, exchange: Path, limits: Limits):
        super().__init__(daemon=True)
        self.leader, self.exchange, self.limits = leader, exchange, limits
        self.reason: str | None = None
        self._dismissed = threading.Event()

    def run(self) -> None:
        while not self._dismissed.wait(SECONDS_BETWEEN):
            family = descendants(self.leader)
            if not family:
                return
            self.reason = self._excess(family)
            if self.reason:
                end(self.leader)
                return

    def dismiss(self) -> None:
        self._dismissed.set()
        self.join()

    def _excess(self, family: list[int]) -> str | None:
        memory = sum(map(private_bytes, family))
        if memory > self.limits.memory:
            return f"it used more than {self.limits.memory // 2**20} MB of memory"
        if folder_bytes(self.exchange) > EXCHANGE_BYTES:
            return "it wrote files where it may not"
        return None


def end(leader: int, seconds: float = 2.0) -> None:
    """End a sandbox: first what lives inside, so that bubblewrap can tidy up after it.

    If bubblewrap itself is still there after that time, its process group is killed too.
    """
    deadline = time.monotonic() + seconds
    while (family := descendants(leader)) and time.monotonic() < deadline:
        for process in filter(_is_inside, family):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def descendants(leader: int) -> list[int]:
    """Process ids of `leader` and all below it that still run, by the parents that /proc names."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    parents = {number: parent for number in numbers if (parent := _parent(number)) is not None}
    found = [leader] if leader in parents else []
    for ancestor in found:  # grows while it is walked
        found += [number for number, parent in parents.items() if parent == ancestor]
    return found


def private_bytes(process: int) -> int:
    """Memory that only this process has: no libraries, but shared memory of its own."""
    status = _status(process)
    return sum(1024 * int(status.get(name, "0").split()[0]) for name in PRIVATE)


def folder_bytes(folder: Path) -> int:
    """Bytes and entries of a folder that a hostile program may be changing meanwhile."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += 4096 + os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                continue
    return total


def _is_inside(process: int) -> bool:
    """Whether it lives in a process namespace of its own: it then has more than one number."""
    return len(_status(process).get("NSpid", "").split()) > 1


def _status(process: int) -> dict[str, str]:
    try:
        lines = Path(f"/proc/{process}/status").read_text(errors="replace").splitlines()
    except OSError:  # it has just ended
        return {}
    return {name: value for name, _, value in (line.partition(":\t") for line in lines)}


def _parent(process: int) -> int | None:
    """The parent of a process; None when it is gone, or dead and not yet buried."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, parent = stat.rpartition(")")[2].split()[:2]
    return None if state in "ZX" else int(parent)
