"""What is known of one graded submission: verdicts, seeds, what was repaired. One JSON each.

The record is written before the gradebook, so a kill between the two loses nothing, and the same
submission is graded to the same grade: its inputs are drawn from a seed that is written down.
"""

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course_lib import provenance
from course_lib.grading.examination import Judgement
from course_lib.grading.kernel import Ran
from course_lib.grading.one_line import one_line

SCHEMA = 1
GALLERIES = ("right", "sample_class")  # they are judged, they do not judge
GRADED, REVIEW = "graded", "waiting for review"


@dataclass(frozen=True)
class Record:
    """One submission, graded or waiting for review."""

    student: str
    slug: str
    status: str  # GRADED or REVIEW
    key: str  # of all that the grade depends on
    submission: str = ""  # SHA-256 of the file handed in
    reason: str = ""  # why it waits, for the student
    remarks: tuple[str, ...] = ()  # for the teacher
    seeds: dict[str, int] = field(default_factory=dict)  # by function
    verdicts: dict[str, Judgement] = field(default_factory=dict)  # by grade id of the check
    cells: dict[str, Ran] = field(default_factory=dict)  # what came of each cell, by cell id
    comments: dict[str, str] = field(default_factory=dict)  # beside an answer, by its grade id
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every function has its verdict."""
        return self.status == GRADED and all(each.reached for each in self.verdicts.values())

    @property
    def points(self) -> float:
        return sum(verdict.points or 0.0 for verdict in self.verdicts.values())

    @property
    def flags(self) -> tuple[str, ...]:
        """What a teacher should look at, each on one line: students chose some of the words."""
        used = [
            f"{name}: uses {', '.join(verdict.forbidden)}"
            for name, verdict in self.verdicts.items()
            if verdict.forbidden
        ]
        absent = [
            f"{name}: no verdict" for name, verdict in self.verdicts.items() if not verdict.reached
        ]
        return tuple(map(one_line, (*used, *absent, *self.remarks)))


def save(record: Record, path: Path) -> None:
    """Write it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    text = json.dumps({"schema": SCHEMA} | asdict(record), indent=1, ensure_ascii=False)
    unfinished.write_text(text + "\n", encoding="utf8")
    os.replace(unfinished, path)


def load(path: Path) -> Record | None:
    """The record, or None where there is none that this version can read."""
    if not path.exists():
        return None
    fields = json.loads(path.read_text(encoding="utf8"))
    if fields.pop("schema") != SCHEMA:
        return None
    lists = ("lines", "forbidden", "failed")
    fields["verdicts"] = {
        name: Judgement(**(verdict | {key: tuple(verdict[key]) for key in lists}))
        for name, verdict in fields["verdicts"].items()
    }
    fields["cells"] = {name: Ran(**ran) for name, ran in fields["cells"].items()}
    return Record(**(fields | {"remarks": tuple(fields["remarks"])}))


def read_secret(path: Path) -> bytes:
    """The secret of this course's seeds, made when it is first asked for."""
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with open(os.open(path, flags, 0o600), "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").encode()


def seed(secret: bytes, submission: str, function: str) -> int:
    """The seed of one function's inputs: the same for the same submission, and nobody's guess."""
    mixed = hmac.digest(secret, f"{submission} {function}".encode(), hashlib.sha256)
    return int.from_bytes(mixed[:4], "big") >> 1


def judging_digest(solutions: Path) -> str:
    """Changes when the cases, the mistakes, the reference or the judge do."""
    files = sorted(solutions.rglob("*.py"))
    own = [path for path in files if path.relative_to(solutions).parts[0] not in GALLERIES]
    text = "\n".join(path.read_text(encoding="utf8") for path in own)
    used = set(re.findall(r"^\s*(?:from|import) (course_lib[\w.]*)", text, re.MULTILINE))
    library = provenance.module_files(["course_lib.grading.examiner", *used])
    return provenance.digest(text, *library)
