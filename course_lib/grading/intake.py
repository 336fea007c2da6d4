"""Take in what a student handed in, trusting nothing of it.

This process opens the file and looks at its size; another one, which can do no harm, reads it.
"""

import hashlib
import os
import re
import stat
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from course_lib.grading.limited import UnreadableError, run_limited
from course_lib.grading.notebook_reader import NOTEBOOK_BYTES, RejectedError

STUDENT = re.compile(r"[A-Za-z0-9][\w.@-]{0,99}", re.ASCII)
TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
    r"(Z| ?[+-]\d\d:?\d\d| [A-Za-z]{2,30}(/\w{1,30})?)?",
    re.ASCII,
)
READER = "course_lib.grading.notebook_reader"
UNREADABLE = "The notebook cannot be read within 384 MB and 20 seconds; it is no usual one."


@dataclass(frozen=True)
class SubmittedCell:
    """One cell of a submission, as far as it matters."""

    kind: str  # "code", "markdown", or whatever was written there
    id: str
    grade_id: str
    tags: tuple[str, ...]
    source: str
    defines: tuple[str, ...]  # names of the functions defined at its left edge


@dataclass(frozen=True)
class Submission:
    """What was taken in. `remarks` are for the teacher."""

    cells: tuple[SubmittedCell, ...]
    sha256: str
    timestamp: str | None = None
    remarks: tuple[str, ...] = ()


def take_in(folder: Path, slug: str) -> Submission:
    """Read `folder/<slug>.ipynb`, handed in by one student.

    Raises RejectedError with a reason the student can read.
    """
    remarks = []
    with _Folder(folder) as inside:
        name = _notebook_name(inside.names(), slug)
        if name != f"{slug}.ipynb":
            remarks.append(f"handed in as {name!r}")
        file = inside.open(name, NOTEBOOK_BYTES)
        try:
            sha256 = _sha256(file)
            result = _read(file)
        finally:
            os.close(file)
        timestamp, trouble = _timestamp(inside)
    if "reason" in result:
        raise RejectedError(result["reason"])
    cells = tuple(_submitted_cell(fields) for fields in result["cells"])
    return Submission(cells, sha256, timestamp, (*remarks, *trouble))


def students(submitted: Path, slug: str) -> tuple[list[str], list[str]]:
    """Who handed in this assignment, and the folders whose name cannot be a student's."""
    names = sorted(path.name for path in submitted.glob("*") if (path / slug).exists())
    good = [name for name in names if STUDENT.fullmatch(name)]
    return good, [name for name in names if name not in good]


class _Folder:
    """A folder opened step by step, so that no link leads somewhere else."""

    def __init__(self, path: Path):
        self._path = path

    def __enter__(self) -> "_Folder":
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        # The student's folder and the assignment's in it: both could have been made by a student.
        outer = self._open(str(self._path.parent), flags)
        try:
            self._folder = self._open(self._path.name, flags, outer)
        finally:
            os.close(outer)
        return self

    def __exit__(self, *_) -> None:
        os.close(self._folder)

    def _open(self, name: str, flags: int, folder: int | None = None) -> int:
        try:
            return os.open(name, flags, dir_fd=folder)
        except OSError as problem:
            raise RejectedError(
                f"The folder handed in cannot be opened: {problem.strerror}."
            ) from None

    def names(self) -> list[str]:
        return sorted(os.listdir(self._folder))

    def open(self, name: str, largest: int) -> int:
        """An open file that is known to be a plain one and not too large."""
        # NONBLOCK, for opening a pipe would wait for somebody to write into it.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            file = os.open(name, flags, dir_fd=self._folder)
        except OSError:
            raise RejectedError(
                f"{name} is a link or cannot be opened; hand in the file."
            ) from None
        status = os.fstat(file)
        trouble = None
        if not stat.S_ISREG(status.st_mode):
            trouble = f"{name} is no plain file; hand in the notebook itself."
        elif status.st_size > largest:
            trouble = (
                f"{name} has {status.st_size / 2**20:.0f} MB, at most {largest // 2**20} MB are "
                "read. Clear the outputs of all cells, save it, and hand it in again."
            )
        if trouble:
            os.close(file)
            raise RejectedError(trouble)
        return file


def _notebook_name(names: list[str], slug: str) -> str:
    """The file meant: the one with the right name, else the only notebook there is."""
    notebooks = [name for name in names if name.endswith(".ipynb")]
    if f"{slug}.ipynb" in notebooks:
        return f"{slug}.ipynb"
    if len(notebooks) == 1:
        return notebooks[0]
    found = ", ".join(map(repr, notebooks[:5])) or "no notebook at all"
    raise RejectedError(f"There should be a file {slug}.ipynb, but there is {found}.")


def require_reader(notebook: Path) -> None:
    """See that our own release can be read, before anybody's work is called unreadable.

    Raises RuntimeError, saying what to do, where it cannot.
    """
    try:
        with open(notebook, "rb") as stream:
            run_limited(READER, stream.fileno())
    except UnreadableError as problem:
        raise RuntimeError(
            f"the course's own reader of notebooks does not run here ({problem}). See what "
            f"`{sys.executable} -I -m {READER} < {notebook}` prints; the course has to be "
            "installed in this Python (`make setup`)."
        ) from None


def _sha256(file: int) -> str:
    with open(file, "rb", closefd=False) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    os.lseek(file, 0, os.SEEK_SET)
    return digest


def _read(file: int) -> dict:
    try:
        return run_limited(READER, file)
    except UnreadableError:
        raise RejectedError(UNREADABLE) from None


def _submitted_cell(fields: dict) -> SubmittedCell:
    lists = {name: tuple(fields[name]) for name in ("tags", "defines")}
    return SubmittedCell(**(fields | lists))


def _timestamp(inside: _Folder) -> tuple[str | None, list[str]]:
    """The time of handing in, if the file holds nothing but a time."""
    if "timestamp.txt" not in inside.names():
        return None, []
    try:
        file = inside.open("timestamp.txt", 200)
        with open(file, "rb") as stream:
            text = stream.read(200).decode("ascii").strip()
    except (RejectedError, UnicodeDecodeError):
        text = ""
    if TIMESTAMP.fullmatch(text) and _is_a_time(text):
        return text, []
    return None, ["timestamp.txt holds no time and was left out"]


def _is_a_time(text: str) -> bool:
    """Whether nbgrader can read it too: the 31st of June has the form of a time as well."""
    try:
        datetime.fromisoformat(text[:16])
        parse_utc(text)
    except (ValueError, OverflowError):
        return False
    return True
