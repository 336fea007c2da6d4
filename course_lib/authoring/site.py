"""Build the site in _build/html out of the book and the committed notebooks.

    python -m course_lib.authoring.site

The notebooks fill the execution cache, so that a fresh chapter is not run again. A stale one is
run, and never shown with old outputs.
"""

import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from course_lib import provenance
from course_lib.authoring.chapters import read_chapter
from course_lib.authoring.contents import pages
from course_lib.authoring.execution import chapter_environment
from course_lib.authoring.freshness import staleness
from course_lib.authoring.lectures import chapter_paths, lecture_path
from course_lib.authoring.vendor import mathjax

BUILD = "from jupyter_book.cli.main import main; main()"
OPTIONS = (
    "--config",
    "_config.yml",
    "--path-output",
    ".",
    "-W",
    "-n",
    "--keep-going",
    "--all",
    "-q",
)


def build(root: Path) -> Path:
    """Build all pages; returns the folder of the site. Any warning is an error."""
    _check_major_version()
    mathjax(root)
    site = root / "_build" / "html"
    shutil.rmtree(site, ignore_errors=True)
    fresh = prime_cache(root)
    primed = _cached(root)
    print(f"building {len(pages(root / 'book'))} pages", flush=True)
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "build", "book", *OPTIONS],
        cwd=root,
        env=chapter_environment(),
        stdout=subprocess.DEVNULL,  # warnings and errors are on the other stream
    )
    if done.returncode:
        raise RuntimeError("Jupyter Book did not build the site; what is wrong stands above.")
    check_pages(root, site)
    _check_not_executed(fresh, _cached(root) - primed)
    return site


def prime_cache(root: Path) -> set[str]:
    """Fill an empty execution cache with the fresh notebooks; returns their slugs."""
    from jupyter_cache import get_cache

    folder = root / "_build" / ".jupyter_cache"
    shutil.rmtree(folder, ignore_errors=True)
    cache = get_cache(folder)
    fresh = set()
    for path in chapter_paths(root):
        stale = staleness(read_chapter(path), root)
        if stale is not None and stale.run:
            print(f"{path.stem} is stale ({stale.reason}): it is run now, for the site only")
            continue
        cache.cache_notebook_file(str(lecture_path(root, path.stem)), uri=path.stem)
        fresh.add(path.stem)
    return fresh


def check_pages(root: Path, site: Path) -> None:
    """Raise RuntimeError when a page is missing; Jupyter Book 2 builds none and says nothing."""
    missing = [
        page.slug for page in pages(root / "book") if not (site / f"{page.slug}.html").exists()
    ]
    if missing:
        raise RuntimeError(f"the site lacks the pages {', '.join(missing)}.")


def _cached(root: Path) -> set[str]:
    """The URIs of the notebooks in the execution cache."""
    from jupyter_cache import get_cache

    return {
        record.uri for record in get_cache(root / "_build" / ".jupyter_cache").list_cache_records()
    }


def _check_not_executed(fresh: set[str], executed: set[str]) -> None:
    again = sorted({Path(uri).stem for uri in executed} & fresh)
    if again:
        raise RuntimeError(
            f"{', '.join(again)}: run again though its notebook is fresh, so the notebook's code "
            "cells are not those of the text. `course notebooks --execute-all` makes it anew."
        )


def _check_major_version() -> None:
    found = version("jupyter-book")
    if not found.startswith("1."):
        raise RuntimeError(
            f"the book needs Jupyter Book 1, and {found} is installed: `make setup`."
        )


def main() -> int:
    """Build, and say where the site is."""
    root = provenance.repository()
    if root is None:
        print("The site is built in a checkout of the course.", file=sys.stderr)
        return 1
    start = time.monotonic()
    try:
        site = build(root)
    except (ValueError, OSError, RuntimeError) as error:
        print(f"make book: {error}", file=sys.stderr)
        return 1
    print(f"{len(pages(root / 'book'))} pages after {time.monotonic() - start:.0f} s")
    print(f"The site: {site / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
