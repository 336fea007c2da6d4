"""One run at a time in a checkpoint folder: a second one would destroy the files of the first."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from course_lib.experiments.frame.steps import BusyError
from course_lib.training.processes import by_first

try:
    import fcntl
except ImportError:  # Windows: there nothing keeps two runs apart
    fcntl = None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Raise BusyError where another run works in `folder`; several processes of one run may.

    The lock is a file beside the folder, which the first process holds and removes at the end.
    When a process is killed the file stays, but the system gives the lock back, so it keeps no
    other run out; the next one removes it.
    """
    path, held = folder.with_name(f"{folder.name}.lock"), []
    by_first(lambda: held.append(_take(path)))
    try:
        yield
    finally:
        for file in filter(None, held):
            path.unlink(missing_ok=True)  # before it is given back: after that it is another's
            file.close()


def _take(path: Path) -> TextIO | None:
    """The locked file, or None where there are no locks."""
    if fcntl is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise BusyError(
                f"Another process is at this run, with the same seed and settings ({path}). Wait "
                "until it has ended, or end it: the same line then goes on from there."
            ) from error
        except OSError:  # a file system without locks
            file.close()
            path.unlink(missing_ok=True)
            return None
        if _is_at(path, file):
            return file
        file.close()  # the one that held it has removed it: a lock on no file keeps nobody out


def _is_at(path: Path, file: TextIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
