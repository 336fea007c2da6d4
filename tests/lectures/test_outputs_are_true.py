"""Oracle: nbval, which runs every notebook again and compares what it prints."""

import subprocess
import sys

import pytest

from course_lib.authoring.execution import chapter_environment


@pytest.mark.slow
def test_a_fresh_run_prints_what_is_committed(repository):
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "--nbval",
                "lectures",
                "-q",
                "-p",
                "no:cacheprovider",
            ),
            *("--nbval-sanitize-with", "tests/lectures/sanitize.cfg"),
            *("--nbval-cell-timeout", "120", "--override-ini", "timeout=0"),
        ],
        cwd=repository,
        env=chapter_environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
