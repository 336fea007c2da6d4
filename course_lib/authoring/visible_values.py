"""The visible cases of an assignment as numbers, which `check()` reads on a student's side."""

from pathlib import Path

from course_lib.checking.cases import Assignment
from course_lib.checking.exams import draw_exam
from course_lib.checking.stored import to_bytes

SEED = 0  # of the inputs students see; hidden cases are drawn anew
LARGEST = 200_000  # bytes


def visible_values(assignment: Assignment) -> bytes:
    """Inputs, expected values and each mistake's values on the visible cases.

    Raises ValueError where they take more room than a notebook's reader should download.
    """
    exams = [draw_exam(assignment, name, SEED, only_visible=True) for name in assignment.functions]
    data = to_bytes(exams)
    if len(data) > LARGEST:
        raise ValueError(
            f"the visible cases of {assignment.slug} take {len(data):,} bytes, at most "
            f"{LARGEST:,} may be: use smaller images or fewer visible cases in cases.py."
        )
    return data


def visible_path(repository: Path, slug: str) -> Path:
    return repository / "course_lib" / "checking" / "visible" / f"{slug}.safetensors"
