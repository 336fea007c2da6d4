"""Oracle: git itself, in a small repository with answers and work."""

import os
import subprocess
import sys

import pytest

from course_lib.authoring.student_branch import main, student_branch


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def save(course, name, text):
    path = course / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(course, "add", "-A")
    git(course, "commit", "-qm", text)


@pytest.fixture
def course(tmp_path, monkeypatch):
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A Teacher")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "teacher@example.edu")
    folder = tmp_path / "course"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    save(folder, "solutions/one.md", "the answer")
    save(folder, "assignments/one.ipynb", "the question")
    return folder


def test_a_student_who_cloned_the_first_can_follow_to_the_second(course, tmp_path):
    first = student_branch(course)
    git(tmp_path, "clone", "-q", "--branch", "student", str(course), "student")
    save(course, "assignments/two.ipynb", "another question")
    second = student_branch(course)
    git(tmp_path / "student", "pull", "-q", "--ff-only")
    assert (tmp_path / "student" / "assignments" / "two.ipynb").exists()
    assert git(course, "rev-list", "student").split() == [second, first]
    assert "answer" not in git(course, "log", "-p", "student")


def test_nothing_new_makes_no_commit(course):
    assert student_branch(course) == student_branch(course)


def test_a_branch_with_answers_in_its_past_is_not_gone_on_from(course):
    git(course, "checkout", "-qb", "student")
    git(course, "rm", "-rq", "solutions")
    git(course, "commit", "-qm", "hidden, but not gone")
    git(course, "checkout", "-q", "main")
    with pytest.raises(RuntimeError, match="student has answers in its past"):
        student_branch(course)
    assert student_branch(course, "handout")


def test_a_failure_is_one_sentence(course, monkeypatch, capsys):
    monkeypatch.setattr("course_lib.authoring.student_branch.provenance.repository", lambda: course)
    monkeypatch.setattr(sys, "argv", ["student_branch", "--branch", "not..a name"])
    assert main() == 1
    assert capsys.readouterr().err.startswith("make student-branch: git update-ref failed: ")
    monkeypatch.setitem(os.environ, "PATH", "")
    assert main() == 1
    assert "there is no git on this machine" in capsys.readouterr().err
