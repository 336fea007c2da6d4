"""The command `course`. Oracle: a real process of its own."""

import subprocess
import sys

from course_lib.cli import VERBS

COURSE = [sys.executable, "-m", "course_lib.cli"]


def test_the_overview_lists_every_verb():
    done = subprocess.run([*COURSE, "--help"], capture_output=True, text=True, check=True)
    for verb in VERBS:
        assert f"  {verb} " in done.stdout


def test_an_unknown_verb_is_an_error_that_lists_the_known_ones():
    done = subprocess.run([*COURSE, "sing"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no verb 'sing'" in done.stderr
    assert "grade" in done.stderr


def test_a_reader_that_goes_away_is_no_failure():
    """As in `course data list | head -1`."""
    process = subprocess.Popen(
        [*COURSE, "data", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    stderr = process.stderr.read()
    assert (process.wait(), stderr) == (0, b"")
