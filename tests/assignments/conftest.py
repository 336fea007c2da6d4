"""A copy of what the releases are made from, released once for all tests here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from course_lib.authoring.release import assignments_in, release
from course_lib.grading.sample_class import notebook_of, perfect_answers, pretended_students

SLUGS = assignments_in(Path(__file__).resolve().parents[2])
SLUG = "convolution"  # whose sample class hands in
STUDENTS = ("amina_diallo", "ben_fischer", "ines_costa")


@pytest.fixture(scope="session", params=SLUGS)
def slug(request) -> str:
    """Each assignment in turn."""
    return request.param


@pytest.fixture(scope="session")
def course(repository, tmp_path_factory) -> Path:
    """A folder with the sources of all assignments and the releases made from them."""
    root = tmp_path_factory.mktemp("course")
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copy(repository / name, root)
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "solutions", root / "solutions", ignore=leave_out)
    for slug in SLUGS:
        release(root, slug)
    return root


@pytest.fixture(scope="session")
def nbgrader(course):
    """Run the plain command `nbgrader` in the course, with its own configuration."""

    def run(*words: str) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1"}
        for name in ("COURSE_CASES", "NBGRADER_EXECUTION"):
            environment.pop(name, None)
        done = subprocess.run(
            ["nbgrader", *words], cwd=course, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="session")
def class_of_three(course):
    """Three of the sample class, handed in: all, nothing, and half with a warning on the way."""
    release_notebook = nbformat.read(course / "assignments" / SLUG / f"{SLUG}.ipynb", 4)
    source = nbformat.read(course / ".grading" / "source" / SLUG / f"{SLUG}.ipynb", 4)
    everybody = pretended_students(course / "solutions" / SLUG / "sample_class")
    chosen = [each for each in everybody if each.student in STUDENTS]
    for each in chosen:
        path = course / ".grading" / "submitted" / each.student / SLUG / f"{SLUG}.ipynb"
        path.parent.mkdir(parents=True)
        notebook = notebook_of(each, release_notebook, perfect_answers(source))
        if each.student == "ines_costa":
            written = next(c for c in notebook.cells if c.id == "stride-that-does-not-fit")
            written.source = "No. <script>alert('as the teacher')</script>"
        nbformat.write(notebook, path)
    return chosen
