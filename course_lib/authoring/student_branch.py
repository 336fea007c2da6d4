"""Make the branch that is published: without answers, in its files and in its past.

A branch made by deleting files would still carry the answers in its past. So its tree is written
into an index of its own and its first commit has no parent; the working folder is not touched.
Made again, the branch gets one more commit, so that the clones of students can follow.

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
    """Point `branch` at a commit made of HEAD without the teacher's folders, after those it has.

    Returns the commit; where nothing has changed, the one that is there. Raises RuntimeError
    where git refuses, and where the branch has answers in its past.
    """
    before = _made_before(repository, branch)
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        _git(repository, "read-tree", "HEAD", **index)
        _git(repository, "rm", "-r", "-q", "--cached", "--ignore-unmatch", *TEACHERS_ONLY, **index)
        tree = _git(repository, "write-tree", **index)
    if before and tree == _git(repository, "rev-parse", f"{before}^{{tree}}"):
        return before
    parent = ["-p", before] if before else []
    commit = _git(repository, "commit-tree", tree, *parent, "-m", "The course, as students get it")
    _git(repository, "update-ref", f"refs/heads/{branch}", commit)
    return commit


def _made_before(repository: Path, branch: str) -> str | None:
    """The last commit of the branch; None where there is no such branch yet."""
    name = f"refs/heads/{branch}"
    if not _git(repository, "for-each-ref", name):
        return None
    if _git(repository, "rev-list", "--max-count=1", name, "--", *TEACHERS_ONLY):
        raise RuntimeError(
            f"the branch {branch} has answers in its past, so it was not made by this command. "
            "Give another name with --branch."
        )
    return _git(repository, "rev-parse", name)


def _git(repository: Path, *words: str, **environment: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words],
            cwd=repository,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            check=False,
        )
    except FileNotFoundError as error:
        raise RuntimeError("there is no git on this machine; install it and try again.") from error
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
    try:
        commit = student_branch(repository, branch)
    except RuntimeError as error:
        print(f"make student-branch: {error}", file=sys.stderr)
        return 1
    print(f"branch {branch} is now {commit[:10]}, without {', '.join(TEACHERS_ONLY)}")
    print(f"Publish it with: git push YOUR-PUBLIC-REPOSITORY {branch}:main")
    return 0


if __name__ == "__main__":
    sys.exit(main())
