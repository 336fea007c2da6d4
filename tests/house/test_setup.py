"""`make setup` where something is wrong. Oracle: make itself, given a Python that is of no use."""

import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def setup(repository, tmp_path):
    """Run `make setup` in a folder that holds no more than it needs, with a program as Python."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(repository / name, tmp_path)

    def run(program: str) -> str:
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\n{program}\n")
        python.chmod(0o755)
        done = subprocess.run(
            ["make", "setup", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode
        return done.stdout + done.stderr

    return run


def test_an_old_python_is_named_before_anything_is_made(setup, tmp_path):
    older = "import sys; sys.version_info = (3, 9, 2, 'final', 0); exec(sys.argv[1])"
    said = setup(f'exec {sys.executable} -c "{older}" "$2"')
    assert "is Python 3.9, and the course needs 3.11 to 3.13" in said
    assert "make PYTHON=python3.11" in said
    assert not (tmp_path / ".venv").exists()


def test_an_environment_without_pip_is_made_anew(setup, tmp_path):
    # As `python -m venv` leaves it on Debian without the package python3-venv.
    broken = tmp_path / ".venv" / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho No module named pip >&2; exit 1\n")
    broken.chmod(0o755)
    setup(f'echo "$@" >> {tmp_path}/asked')
    assert "-m venv --clear .venv" in (tmp_path / "asked").read_text()
