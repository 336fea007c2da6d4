"""Watch what a sandbox uses, and end it when it uses too much.

Limits per process do not add up: a hundred processes below their limit are still too much. This
needs no control groups, which ordinary users and containers rarely may write to.
"""

import contextlib
import errno
import os
import re
import signal
import threading
import time
from pathlib import Path

from course_lib.grading.walls import SCRATCH, Limits

PRIVATE = re.compile(r"^(?:RssAnon|RssShmem|VmSwap):\s*(\d+) kB$", re.ASCII | re.MULTILINE)
INSIDE = re.compile(r"^NSpid:\s*\d+\s+\d", re.ASCII | re.MULTILINE)
SECONDS_BETWEEN = 0.25
EXCHANGE_BYTES = 2**20  # the one folder that is shared with this machine holds sockets only
OUR_TROUBLE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class Watchman(threading.Thread):
    """Looks at a process group and its descendants until they are gone or `dismiss()` is called.

    `reason` says why it ended them, else it is None. What nobody watches may not live either:
    `fault` says why it could not go on watching, which is no fault of the student's.
    """

    def __init__(self, leader: int, exchange: Path, limits: Limits):
        super().__init__(daemon=True)
        self.leader, self.exchange, self.limits = leader, exchange, limits
        self.reason: str | None = None
        self.fault: str | None = None
        self._dismissed = threading.Event()

    def run(self) -> None:
        try:
            self._watch()
        except Exception as problem:
            self.fault = str(problem) or type(problem).__name__
            end(self.leader)

    def dismiss(self) -> None:
        self._dismissed.set()
        self.join()

    def _watch(self) -> None:
        while not self._dismissed.wait(SECONDS_BETWEEN):
            family = descendants(self.leader)
            if not family:
                return
            self.reason = self._excess(family)
            if self.reason:
                end(self.leader)
                return

    def _excess(self, family: list[int]) -> str | None:
        memory = sum(map(private_bytes, family))
        if memory > self.limits.memory:
            return f"it used more than {self.limits.memory // 2**20} MB of memory"
        if folder_bytes(self.exchange, EXCHANGE_BYTES) > EXCHANGE_BYTES:
            return "it wrote files where it may not"
        for folder, number in scratch_files(family).items():
            if number > self.limits.scratch_files:
                return f"it made more than {self.limits.scratch_files} files in {folder}"
        return None


def end(leader: int, seconds: float = 2.0) -> None:
    """End a sandbox: first what lives inside, so that bubblewrap can tidy up after it.

    If bubblewrap itself is still there after that time, its process group is killed too.
    """
    deadline = time.monotonic() + seconds
    try:
        while (family := descendants(leader)) and time.monotonic() < deadline:
            for process in filter(_is_inside, family):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.01)
    finally:
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
    return sum(1024 * int(kilobytes) for kilobytes in PRIVATE.findall(_status(process)))


def folder_bytes(folder: Path, enough: int) -> int:
    """Bytes and entries of a folder that a hostile program may be changing meanwhile.

    Counts until it is more than `enough`. A folder that cannot be looked into, because it is too
    deep, locked, or gone again, is more than that.
    """
    total, folders = 0, [os.fspath(folder)]
    try:
        while folders and total <= enough:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    total += 4096
                    with contextlib.suppress(FileNotFoundError):  # a file may come and go
                        total += entry.stat(follow_symlinks=False).st_size
                    if total > enough:
                        break
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    except OSError as problem:
        if problem.errno in OUR_TROUBLE:
            raise
        return enough + 1
    return total


def scratch_files(family: list[int]) -> dict[str, int]:
    """Files and folders in each of a sandbox's folders in memory, seen from one who lives there.

    An empty file has no size, but costs the system a kilobyte. The dictionary is empty where
    nobody has gone inside yet, and where this user may not look into the sandbox.
    """
    for process in filter(_is_inside, family):
        root = f"/proc/{process}/root"
        try:
            if os.path.samefile(root, "/"):  # not behind the walls yet
                continue
            found = {folder: os.statvfs(root + folder) for folder in SCRATCH}
        except OSError:
            continue
        return {folder: usage.f_files - usage.f_ffree for folder, usage in found.items()}
    return {}


def _is_inside(process: int) -> bool:
    """Whether it lives in a process namespace of its own: it then has more than one number."""
    return bool(INSIDE.search(_status(process)))


def _status(process: int) -> str:
    """What /proc tells, every byte as it is: a \\r in a process's name must not begin a line."""
    try:
        return Path(f"/proc/{process}/status").read_bytes().decode(errors="replace")
    except OSError:  # it has just ended
        return ""


def _parent(process: int) -> int | None:
    """The parent of a process; None when it is gone, or dead and not yet buried."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, parent = stat.rpartition(")")[2].split()[:2]
    return None if state in "ZX" else int(parent)
