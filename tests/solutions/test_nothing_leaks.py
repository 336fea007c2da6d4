"""What answers stays with the teacher. Oracle: the solutions themselves, searched for elsewhere."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course_lib.authoring.release import assignments_in
from course_lib.authoring.student_branch import TEACHERS_ONLY, student_branch

SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
CANARY = re.compile(r"going-deeper-canary-[0-9a-f]+")
TELLING = 40  # characters: a shorter line stands in many programs


def lines_of(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if len(line.strip()) >= TELLING}


@pytest.fixture(scope="module")
def secrets(repository) -> set[str]:
    """The lines of the answers and of the hidden cases, and the canaries."""
    found: set[str] = set()
    for path in (repository / "solutions").glob("*/*.md"):
        for answer in SOLUTION.findall(path.read_text(encoding="utf8")):
            found |= lines_of(answer)
    for path in (repository / "solutions").glob("*/*.py"):
        if path.stem in ("cases", "tables"):
            # The names of the functions and of their values stand in every notebook.
            lines = lines_of(path.read_text(encoding="utf8"))
            found |= {line for line in lines if not re.match(r'"\w+",?$|from |import ', line)}
    for path in (repository / "solutions").rglob("*.*"):
        if path.suffix in (".md", ".py"):
            found |= set(CANARY.findall(path.read_text(encoding="utf8")))
    return found


def leaks(secrets: set[str], documents: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (name, secret)
        for name, content in documents.items()
        for secret in secrets
        if secret.encode() in content
    ]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_canary_is_in_the_answers_and_in_the_hidden_cases(repository):
    for slug in assignments_in(repository):
        for file in (f"{slug}.md", "cases.py"):
            path = repository / "solutions" / slug / file
            found = CANARY.search(path.read_text(encoding="utf8"))
            assert found, f"{path} lacks a line with going-deeper-canary- and hexadecimal digits"


def test_search_would_find_a_leak(secrets):
    assert len(secrets) > 100
    one = sorted(secrets)[0]
    assert leaks(secrets, {"somewhere": f"x = 1\n    {one}\n".encode()})


@pytest.mark.parametrize("folder", ["assignments", "lectures", "course_lib"])
def test_no_answer_lies_in(folder, repository, secrets):
    assert leaks(secrets, files_below(repository / folder)) == []


@pytest.mark.site
def test_no_answer_lies_in_the_site(repository, secrets):
    site = files_below(repository / "_build" / "html")
    assert site, "the site is not built; `make book` builds it"
    assert leaks(secrets, site) == []


def test_no_answer_lies_in_the_wheel(repository, secrets, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=repository, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert any(name.endswith("lenet_mnist/seed0.json") for name in content)
    assert not any(name.startswith("solutions") for name in content)
    assert leaks(secrets, content) == []


def test_no_answer_lies_in_the_student_branch(repository, secrets, tmp_path):
    if not (repository / ".git").exists():
        pytest.skip("needs a clone made by git: the branch is made of its last commit")
    clone = tmp_path / "clone"
    git("clone", "--quiet", str(repository), str(clone), cwd=tmp_path)
    student_branch(clone)
    assert git("rev-list", "--count", "student", cwd=clone).strip() == "1"
    # --no-local: a clone by path would copy every object, whether a branch names it or not.
    only_student = ("--no-local", "--single-branch", "--branch", "student")
    git("clone", "--quiet", *only_student, str(clone), "public", cwd=tmp_path)
    public = tmp_path / "public"
    assert (public / "assignments").is_dir()
    assert not any((public / room).exists() for room in TEACHERS_ONLY)
    # Every object that came along, not just the files of the newest commit.
    objects = git("cat-file", "--batch-all-objects", "--batch", cwd=public, text=False)
    assert leaks(secrets, {"every object of the branch": objects}) == []


def git(*words: str, cwd: Path, text: bool = True):
    done = subprocess.run(["git", *words], cwd=cwd, check=True, capture_output=True, text=text)
    return done.stdout
