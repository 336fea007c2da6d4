"""Make the branch that is published: one commit, no history, no answers.

A branch made by deleting files would still carry the answers in its past. So its tree is written
into an index of its own and committed without a parent; the working folder is not touched.

    python -m course_lib.authoring.student_branch [--branch student]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from course_lib import provenance

# What answers, and the tests that know the answers.
TEACHERS_ONLY = (
    "solutions",
    "tests/assignments",
    "tests/grading",
    "tests/solutions",
)


def student_branch(repository: Path, branch: str = "student") -> str:
    """Point `branch` at a new root commit made of HEAD without the teacher's folders.

    Returns the commit. Raises RuntimeError where git refuses.
    """
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git(repository, "read-tree", "HEAD", **index)
        _git(repository, "rm", "-r", "-q", "--cached", "--ignore-unmatch", *TEACHERS_ONLY, **index)
        tree = _git(repository, "write-tree", **index)
    commit = _git(repository, "commit-tree", tree, "-m", "The course, as students get it")
    _git(repository, "update-ref", f"refs/heads/{branch}", commit)
    return commit


def _git(repository: Path, *words: str, **environment: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=repository,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"git {words[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--branch", default="student", help="its name (default: student)")
    branch = parser.parse_args().branch
    repository = provenance.repository()
    if repository is None:
        print("This needs a clone of the course; the wheel has no answers.", file=sys.stderr)
        return 1
    commit = student_branch(repository, branch)
    print(f"branch {branch} is now {commit[:10]}: one commit, without {', '.join(TEACHERS_ONLY)}")
    print(f"Publish it with: git push YOUR-PUBLIC-REPOSITORY {branch}:main")
    return 0


if __name__ == "__main__":
    sys.exit(main())
