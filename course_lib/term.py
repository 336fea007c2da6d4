"""What changes from term to term: course.toml. Standard library only."""

import tomllib
from pathlib import Path


def read_term(root: Path) -> dict:
    """What the course.toml of a course says; ValueError names the line that cannot be read."""
    path = root / "course.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(
            f"course.toml cannot be read: {error}. Texts and addresses stand in quotation marks."
        ) from error
