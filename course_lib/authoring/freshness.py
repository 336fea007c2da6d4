"""Know when a notebook in lectures/ is no longer what its text, code and records make."""

from dataclasses import dataclass
from pathlib import Path

from course_lib.authoring.chapter_code import code_digest, reads, versions
from course_lib.authoring.chapters import Chapter
from course_lib.authoring.lectures import committed, lecture_path, with_outputs, written


@dataclass(frozen=True)
class Stale:
    """Why a notebook is not what its text makes; `run` when its outputs are old as well."""

    reason: str
    run: bool


def staleness(chapter: Chapter, root: Path) -> Stale | None:
    """None when the committed notebook is what the text, the library and the records make."""
    notebook = committed(root, chapter.slug)
    if notebook is None:
        return Stale("it is not there yet", run=True)
    known = notebook.metadata.get("course", {})
    if known.get("code") != code_digest(chapter):
        return Stale("its code cells changed", run=True)
    for kind, now in (("reads", reads(chapter, root)), ("versions", versions())):
        then = known.get(kind, {})
        changed = sorted(name for name in then | now if then.get(name) != now.get(name))
        if changed:
            return Stale(f"{changed[0]} changed", run=True)
    if written(with_outputs(chapter, root, notebook)) != lecture_path(root, chapter.slug).read_text(
        encoding="utf8"
    ):
        return Stale("its text changed", run=False)
    return None
