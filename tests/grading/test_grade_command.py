"""`course grade` and `course export` as a teacher runs them, in processes of their own."""

import argparse
import os
import re
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from course_lib.grading import classroom, export_command, grade_command
from course_lib.grading.classroom import Outcome
from course_lib.grading.examination import Judgement
from course_lib.grading.grade_command import NO_SANDBOX, STOPPED, grade
from course_lib.grading.places import Places, here
from course_lib.grading.records import GRADED, Record
from course_lib.grading.sandbox import PREFIX

pytestmark = pytest.mark.slow
RUN = """
import sys
from pathlib import Path
from course_lib.grading import grade_command
from course_lib.grading.places import Places
grade_command.here = lambda: Places(Path({root!r}))
sys.argv[0] = "course"
import argparse
parser = argparse.ArgumentParser()
grade_command.configure(parser)
sys.exit(grade_command.run(parser.parse_args()))
"""


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    grade_command.configure(parser)
    return parser.parse_args(words)


def process(places: Places, *words: str) -> subprocess.Popen:
    program = RUN.format(root=str(places.root))
    return subprocess.Popen(
        [sys.executable, "-u", "-c", program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_without_a_sandbox_nothing_runs_and_the_status_is_3(own_course, monkeypatch, capsys):
    monkeypatch.setattr(grade_command, "here", lambda: own_course)
    monkeypatch.setenv("PATH", "/nowhere")
    assert grade_command.run(arguments("tiny")) == NO_SANDBOX == 3
    said = capsys.readouterr().err
    assert said.startswith("GRADING NOT RUN: Not installed: bubblewrap, prlimit")
    assert "sudo apt-get install bubblewrap" in said
    assert not own_course.accepted.exists()


def test_nothing_handed_in_is_an_error_that_names_the_folder(own_course):
    with pytest.raises(ValueError, match=f"nothing of zoe .*{own_course.submitted}"):
        grade(own_course, arguments("tiny", "--student", "zoe"))


def test_an_unknown_assignment_names_what_makes_it(own_course):
    with pytest.raises(FileNotFoundError, match="`course release nosuch` makes it"):
        grade(own_course, arguments("nosuch"))


class StumblingRoom:
    """A classroom in which bob's submission brings down whatever looks at it."""

    def grade(self, student, again):
        if student == "bob":
            raise RecursionError("too deep\n  cyd  21 points \x1b[2K")
        verdicts = {"check-double": Judgement(2.0, ("right",))}
        return Outcome(Record(student, "tiny", GRADED, "k", verdicts=verdicts), fresh=True)


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_fault_is_told_and_costs_only_the_student_it_is_about(
    tmp_path, monkeypatch, capsys, debug
):
    places = Places(tmp_path)
    for name in ("ada", "bob", "cyd"):
        (places.submitted / name / "tiny").mkdir(parents=True)
    monkeypatch.setattr(classroom, "open_classroom", lambda *_: nullcontext(StumblingRoom()))
    monkeypatch.setenv("COURSE_DEBUG", debug)
    assert grade(places, arguments("tiny")) == 1
    said, traced = capsys.readouterr()
    lines = said.splitlines()
    fault = "not graded, a fault of ours: RecursionError: too deep cyd 21 points [2K"
    assert [line.split()[0] for line in lines[1:4]] == ["ada", "bob", "cyd"]
    assert lines[2].endswith(fault)
    assert lines[-1] == "1 of 3 met a fault of ours; the same command tries them again."
    assert ("Traceback" in traced) == bool(debug)


def test_ctrl_c_leaves_nothing_behind_and_the_next_run_goes_on(own_course, hand_in, perfect):
    hand_in("ada", **perfect)
    hand_in("bob", **perfect | {"double": "def double(x):\n    while True: pass"})
    running = process(own_course, "tiny")
    _wait_until_it_is_at("bob", running)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=60)
    assert running.returncode == STOPPED
    assert "The same command goes on from here" in error
    assert _folders_of(running.pid) == []
    again = process(own_course, "tiny")
    said, error = again.communicate(timeout=120)
    assert again.returncode == 0, error
    assert re.search(r"ada +5 points by the checks +unchanged", said)
    assert re.search(r"bob +3 points by the checks +\d+\.\d s", said)


def _wait_until_it_is_at(student: str, running: subprocess.Popen) -> None:
    """Until the student's name is printed and a sandbox is up."""
    said = ""
    while f"  {student} " not in said:
        said += (letter := running.stdout.read(1))
        assert letter, running.stderr.read()
    while not _folders_of(running.pid):
        assert running.poll() is None


def _folders_of(process_id: int) -> list[Path]:
    return list(Path("/tmp").glob(f"{PREFIX}{process_id}-*"))


def test_a_killed_run_takes_its_sandbox_along_and_the_next_goes_on(own_course, hand_in, perfect):
    hand_in("cyd", **perfect | {"double": "def double(x):\n    while True: pass"})
    running = process(own_course, "tiny", "--student", "cyd")
    _wait_until_it_is_at("cyd", running)
    running.kill()
    running.communicate()
    again = process(own_course, "tiny", "--student", "cyd")
    said, error = again.communicate(timeout=120)
    assert (again.returncode, _folders_of(running.pid)) == (0, []), error
    assert re.search(r"cyd +3 points", said)
    assert not _kernels_of(running.pid)


def _kernels_of(process_id: int) -> list[int]:
    """Processes whose command line names the folder of a killed run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if f"{PREFIX}{process_id}-".encode() in words and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found


def test_a_folder_that_is_no_student_is_told(own_course, hand_in, perfect, capsys):
    hand_in("ada", **perfect)
    (own_course.submitted / "not a name" / "tiny").mkdir(parents=True)
    assert grade(own_course, arguments("tiny", "--student", "ada")) == 0
    assert "'not a name' cannot be the name of a student" in capsys.readouterr().out


def test_export_writes_the_table_and_counts_what_is_not_final(own_course, monkeypatch, capsys):
    monkeypatch.setattr(export_command, "here", lambda: own_course)
    parser = argparse.ArgumentParser()
    export_command.configure(parser)
    path = own_course.root / "new" / "grades.csv"
    assert export_command.run(parser.parse_args(["--to", str(path)])) == 0
    assert path.read_text().startswith('"assignment","student_id",')
    assert "not final" in capsys.readouterr().out


def test_the_places_of_this_checkout_are_the_repository(repository):
    assert here().root == repository
