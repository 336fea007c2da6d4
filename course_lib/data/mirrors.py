"""Fetch a file from whichever mirror delivers it whole."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from course_lib.data.download import BadFileError, MirrorError, fetch

Checked = TypeVar("Checked")

TRIES = 3


def download(
    file: str, mirrors: Sequence[str], part: Path, check: Callable[[Path], Checked]
) -> Checked:
    """Fetch `file` into `part` and return what `check` makes of it.

    `check` raises BadFileError for a wrong file and MirrorError for one that ends early. Then
    the next mirror is asked. RuntimeError repeats what each said when none delivered.
    """
    with suppress(MirrorError):
        if part.exists():
            return check(part)
    said = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{file}"
        try:
            return _from_one(url, part, check)
        except MirrorError as error:
            said.append(f"{url} {error}.")
            if mirror != mirrors[-1]:
                print(f"{said[-1]} Asking the next mirror.", file=sys.stderr)
    report = "\n  ".join((f"no mirror delivered {file}:", *said))
    raise RuntimeError(f"{report}\nTry again later, or name another mirror.")


def _from_one(url: str, part: Path, check: Callable[[Path], Checked]) -> Checked:
    """Ask again while each try brings more of the file, or shows that its beginning was bad."""
    for attempt in range(1, TRIES + 1):
        before = part.stat().st_size if part.exists() else 0
        try:
            fetch(url, part)
            return check(part)
        except BadFileError:
            part.unlink(missing_ok=True)
            if not before or attempt == TRIES:
                raise
        except MirrorError:
            if part.stat().st_size <= before or attempt == TRIES:
                raise
    raise AssertionError("the last try returns or raises")
