"""The provisioner by Jupyter's own manager, and what is said where there is no sandbox."""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from course_lib.grading import sandbox
from course_lib.grading.sandbox import (
    SandboxMissingError,
    filtered_library,
    require_sandbox,
    sandbox_trouble,
)


def test_this_machine_can_wall_off_a_program():
    assert sandbox_trouble() is None


def test_without_bubblewrap_nothing_is_graded(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxMissingError, match=r"bubblewrap(.|\n)*apt-get install bubblewrap"):
        require_sandbox()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo bubblewrap 0.6.1", "needs 0.8 or newer"),
        (
            '[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit\n'
            "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1",
            "does not work here: bwrap: setting up uid map: Permission denied",
        ),
    ],
)
def test_a_bubblewrap_that_does_not_do_is_told(monkeypatch, script, says):
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "bwrap")
        program.write_text(f"#!/bin/sh\n{script}\n")
        for path in (program, program.parent):
            path.chmod(0o755)  # where root grades, it is nobody who runs it
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        assert says in sandbox_trouble()


def test_withheld_modules_are_in_no_copy_of_the_library(library):
    files = {path.relative_to(library / "course_lib").parts[0] for path in library.rglob("*.py")}
    assert "checking" in files
    assert not {"layers", "grading", "authoring"} & files


def test_folders_of_runs_that_were_killed_are_swept_up():
    nobody = 2**22 + 1  # no process has such a number
    left = [Path("/tmp") / f"{p}{nobody}-test" for p in (sandbox.PREFIX, sandbox.LIBRARY_PREFIX)]
    ours = Path("/tmp") / f"{sandbox.PREFIX}{os.getpid()}-test"
    for folder in (*left, ours):
        folder.mkdir()
    require_sandbox()
    try:
        assert [folder.exists() for folder in (*left, ours)] == [False, False, True]
    finally:
        ours.rmdir()


def test_what_cannot_be_swept_up_does_not_stop_the_start():
    left = Path("/tmp") / f"{sandbox.PREFIX}{2**22 + 1}-loop"
    left.symlink_to(left)
    try:
        require_sandbox()
    finally:
        left.unlink()


def test_any_notebook_runs_in_there_by_its_kernelspec_alone(tmp_path, monkeypatch, library):
    """nbclient knows nothing of us: a kernelspec that names the provisioner is enough."""
    folder = tmp_path / "kernels" / "walled"
    folder.mkdir(parents=True)
    provisioner = {"provisioner_name": "course-sandbox", "config": {"library": str(library)}}
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "walled",
        "language": "python",
        "interrupt_mode": "message",
        "metadata": {"kernel_provisioner": provisioner},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    program = "import os\nprint(os.path.exists('/home'), os.getcwd(), os.listdir('/course'))"
    notebook = new_notebook(cells=[new_code_cell(program)])
    NotebookClient(notebook, kernel_name="walled", timeout=60).execute()
    assert notebook.cells[0].outputs[0].text == "False /notebook ['course_lib']\n"


def test_a_misspelt_withheld_module_is_told(tmp_path):
    # Passed over, it would leave the answers where a submission can read them.
    with pytest.raises(ValueError, match=r"names course_lib\.layerz, which course_lib does not"):
        filtered_library(tmp_path, ("course_lib.layerz",))
