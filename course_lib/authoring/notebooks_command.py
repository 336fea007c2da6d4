"""Make the notebooks in lectures/ out of the chapters in book/.

Only what is stale is made: a chapter whose code changed, or a library module or a record that it
reads, is run again; one whose text changed keeps its outputs.

    course notebooks                 all chapters
    course notebooks lenet           one of them
    course notebooks --check         change nothing; name the stale ones and exit with 1
    course notebooks --execute-all   run every chapter, fresh or not
"""

import argparse
import shutil
import subprocess
import time
from pathlib import Path

from course_lib import provenance


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="a chapter (default: all)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true", help="change nothing, name the stale ones")
    how.add_argument("--execute-all", action="store_true", help="run fresh chapters as well")


def run(arguments: argparse.Namespace) -> int:
    """Make, or check, the notebooks of the chapters asked for."""
    root = provenance.repository()
    if root is None:
        raise RuntimeError("notebooks are made in a checkout of the course, not from its wheel.")
    paths = _chosen(root, arguments.slugs)
    if arguments.check:
        return _check(paths, root)
    _draw_pictures(root)
    for path in paths:
        _make(path, root, arguments.execute_all)
    if not arguments.slugs:
        _remove_others(root, paths)
        _write_contents(root)
    return 0


def _chosen(root: Path, slugs: list[str]) -> list[Path]:
    from course_lib.authoring.lectures import chapter_paths

    paths = {path.stem: path for path in chapter_paths(root)}
    unknown = [slug for slug in slugs if slug not in paths]
    if unknown:
        raise ValueError(f"no chapter {unknown[0]} with code; there are: {', '.join(paths)}.")
    return [paths[slug] for slug in slugs or paths]


def _check(paths: list[Path], root: Path) -> int:
    from course_lib.authoring.chapters import read_chapter
    from course_lib.authoring.course_file import read_course
    from course_lib.authoring.freshness import staleness
    from course_lib.authoring.setup_cell import check_setup

    stale = 0
    for path in paths:
        chapter = read_chapter(path)
        check_setup(chapter, read_course(root))
        found = staleness(chapter, root)
        stale += found is not None
        print(f"{chapter.slug}: {f'stale: {found.reason}' if found else 'fresh'}")
    if stale:
        print("`course notebooks` makes the stale ones again.")
    return 1 if stale else 0


def _make(path: Path, root: Path, execute_all: bool) -> None:
    from course_lib.authoring import lectures
    from course_lib.authoring.chapters import read_chapter
    from course_lib.authoring.course_file import read_course
    from course_lib.authoring.freshness import Stale, staleness
    from course_lib.authoring.setup_cell import bring_up_to_date

    if bring_up_to_date(path, read_course(root)):
        print(f"{path.stem}: its setup cell now follows course.toml")
    chapter = read_chapter(path)
    stale = Stale("asked for", run=True) if execute_all else staleness(chapter, root)
    if stale is None:
        print(f"{path.stem}: fresh")
        return
    print(f"{path.stem}: {stale.reason}; {'running' if stale.run else 'writing'} ...", flush=True)
    start = time.monotonic()
    if stale.run:
        notebook = lectures.run(chapter, root)
    else:
        notebook = lectures.with_outputs(chapter, root, lectures.committed(root, path.stem))
    text = lectures.written(notebook)
    lectures.check_size(chapter, text)
    target = lectures.lecture_path(root, path.stem)
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf8")
    print(f"{path.stem}: {len(text.encode()):,} bytes after {time.monotonic() - start:.0f} s")


def _draw_pictures(root: Path) -> None:
    """Bring the PNG beside every SVG up to date, for notebooks."""
    from course_lib.authoring.pictures import draw, is_fresh

    for svg in sorted((root / "book" / "figures").glob("*.svg")):
        if not is_fresh(svg):
            print(f"figures/{svg.name}: drawing it as PNG")
            draw(svg)


def _remove_others(root: Path, paths: list[Path]) -> None:
    """A notebook without a chapter is left over from one that was renamed, if git tracks it.

    Any other may hold a reader's work, such as the copies that JupyterLab makes.
    """
    chapters = {path.stem for path in paths}
    tracked = _tracked(root)
    for notebook in sorted((root / "lectures").glob("*.ipynb")):
        if notebook.stem in chapters:
            continue
        if f"lectures/{notebook.name}" in tracked:
            print(f"{notebook.stem}: no chapter of this name any more; removed")
            notebook.unlink()
        else:
            print(f"{notebook.stem}: no chapter of this name, and not in git; left alone")


def _tracked(root: Path) -> list[str]:
    """The files of lectures/ that git tracks; none where there is no git."""
    if shutil.which("git") is None:
        return []
    command = ["git", "ls-files", "-z", "lectures"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.split("\0")


def _write_contents(root: Path) -> None:
    from course_lib.authoring.readme import bring_up_to_date

    if bring_up_to_date(root):
        print("README.md: its tables now name what there is")
