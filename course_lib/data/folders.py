"""Where data sets lie on this machine."""

import os
from pathlib import Path


def data_folder(name: str, root: str | Path | None = None) -> Path:
    """`<root>/<name>`; root is COURSE_DATA where none is given, else the user's cache folder."""
    root = root or os.environ.get("COURSE_DATA") or _cache_folder()
    return Path(root).expanduser() / name


def _cache_folder() -> Path:
    # Imported here: most runs are told where the data lies.
    import pooch

    return Path(pooch.os_cache("course_lib"))
