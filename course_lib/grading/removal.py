"""Remove a folder that a program which is not trusted could write to."""

import contextlib
import os
import uuid
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Remove it, however deep its folders are and whoever may read them; what cannot be, stays.

    `shutil.rmtree` calls itself once a level and runs out of stack. Here the lower levels are
    brought up, one at a time. Nobody may be writing there any more.
    """
    if folder.is_symlink():  # what it leads to is somebody else's
        return
    with contextlib.suppress(OSError):
        while inner := _empty(folder):
            for path in inner:
                os.chmod(path, 0o700)
                for lower in _empty(path):
                    os.chmod(lower, 0o700)  # else only root may give it another parent
                    os.rename(lower, folder / uuid.uuid4().hex)
                os.rmdir(path)
        os.rmdir(folder)


def _empty(folder: Path | str) -> list[str]:
    """Remove all but the folders in it; these."""
    with os.scandir(folder) as entries:
        found = list(entries)
    for entry in found:
        if not entry.is_dir(follow_symlinks=False):
            os.unlink(entry.path)
    return [entry.path for entry in found if entry.is_dir(follow_symlinks=False)]
