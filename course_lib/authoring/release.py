"""From the text of an assignment to what students get, through nbgrader's own generate step."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from course_lib.authoring.assignments import read_assignment, write_notebook
from course_lib.authoring.course_file import read_course
from course_lib.authoring.visible_values import visible_path, visible_values
from course_lib.checking.cases import load_assignment

CONFIGURATION = ("nbgrader_config.py", "course.toml")


@dataclass(frozen=True)
class Made:
    """What a release consists of, as bytes."""

    notebook: bytes
    values: bytes


def assignments_in(root: Path) -> list[str]:
    """The slugs of all assignments of a repository: each is a folder that says what is graded."""
    return sorted(path.parent.name for path in root.glob("solutions/*/cases.py"))


def release(root: Path, slug: str) -> Made:
    """Stage the source notebook, let nbgrader make the release, write the visible values.

    `root` is the repository: its `.grading` holds the staged source and the gradebook.
    """
    source, values = _source_and_values(root, slug)
    target = root / "assignments" / slug
    _stage(root, slug, source)
    _generate(root, slug)
    visible_path(root, slug).parent.mkdir(parents=True, exist_ok=True)
    visible_path(root, slug).write_bytes(values)
    return Made(_tidied(target / f"{slug}.ipynb"), values)


def stale_files(root: Path, slug: str) -> list[str]:
    """The files of a release that differ from what it would be now; nothing is changed."""
    source, values = _source_and_values(root, slug)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in CONFIGURATION:
            shutil.copy(root / name, copy / name)
        _stage(copy, slug, source)
        _generate(copy, slug)
        notebook = _tidied(copy / "assignments" / slug / f"{slug}.ipynb")
    wanted = {
        root / "assignments" / slug / f"{slug}.ipynb": notebook,
        visible_path(root, slug): values,
    }
    stale = [path for path, data in wanted.items() if not _holds(path, data)]
    # JupyterLab puts a folder .ipynb_checkpoints beside a notebook that it opens.
    others = set((root / "assignments" / slug).glob("[!.]*")) - set(wanted)
    return [str(path.relative_to(root)) for path in (*stale, *sorted(others))]


def _holds(path: Path, data: bytes) -> bool:
    return path.exists() and path.read_bytes() == data


def _source_and_values(root: Path, slug: str) -> tuple[str, bytes]:
    folder = root / "solutions" / slug
    text = folder / f"{slug}.md"
    if not text.exists():
        known = ", ".join(assignments_in(root)) or "none"
        raise FileNotFoundError(f"{text} is missing; there are: {known}")
    assignment = load_assignment(folder)
    notebook = read_assignment(text, assignment, read_course(root))
    return write_notebook(notebook), visible_values(assignment)


def _stage(root: Path, slug: str, source: str) -> None:
    """Put the source notebook, alone, where nbgrader looks: it would copy all that lies beside."""
    folder = root / ".grading" / "source" / slug
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / f"{slug}.ipynb").write_text(source, encoding="utf8")


def _generate(root: Path, slug: str) -> None:
    """Run `nbgrader generate_assignment`; what it says is shown only when it fails."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", slug, "--force"]
    done = subprocess.run(
        command,
        cwd=root,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        hint = "Once students have handed in, no cell can be added, renamed or removed."
        hint = f"\n{hint}" if "submission" in done.stderr else ""
        raise RuntimeError(
            f"nbgrader could not make the release of {slug}:\n{done.stderr[-2000:]}{hint}"
        )


def _environment() -> dict[str, str]:
    # nbgrader starts `alembic` by name, which lies beside Python and not always on the PATH.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path, "JUPYTER_PLATFORM_DIRS": "1"}


def _tidied(path: Path) -> bytes:
    """nbgrader's notebook, ending in a newline like every text file of the repository."""
    data = path.read_bytes().rstrip(b"\n") + b"\n"
    path.write_bytes(data)
    return data
