"""The sandbox as Jupyter sees it: a provisioner that puts a kernel behind the walls.

A kernelspec whose metadata names the provisioner `course-sandbox` starts its kernel in there,
whoever starts it: `course grade`, or nbgrader's own Execute.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Dict, Unicode

from course_lib import provenance
from course_lib.grading.kernel import KernelLostError
from course_lib.grading.removal import remove_folder
from course_lib.grading.walls import NOBODY, Limits, Mount, Walls
from course_lib.grading.watchman import Watchman, end

OLDEST = (0, 8)  # the first bubblewrap that can size its folders and forbid inner namespaces
LIBRARY = "/course"
INPUTS = "/inputs"
# Folders in /tmp begin like this, then with the number of the process that made them.
PREFIX = "course-sandbox-"
LIBRARY_PREFIX = "course-library-"
WHAT_TO_DO = """\
Nothing was graded: students' code runs only behind the walls of bubblewrap.
  Debian, Ubuntu:  sudo apt-get install bubblewrap
  Fedora:          sudo dnf install bubblewrap
Where it is installed and still may not work, user namespaces are switched off. Ubuntu 24.04:
  sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0
Others:  sudo sysctl user.max_user_namespaces=15000
In a container, start it so that it may make namespaces:
  docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined \\
    --security-opt apparmor=unconfined --security-opt systempaths=unconfined ...
`course doctor` tells when it works."""


class SandboxMissingError(RuntimeError):
    """Bubblewrap cannot run here, so nothing of a student's may run either."""


def require_sandbox() -> None:
    """Try the walls once. Raises SandboxMissingError, which says what to do."""
    _sweep()
    trouble = sandbox_trouble()
    if trouble:
        raise SandboxMissingError(f"{trouble}\n{WHAT_TO_DO}")


def sandbox_trouble() -> str | None:
    """Why the sandbox cannot run here, as a sentence, or None."""
    missing = [
        name for name in ("bwrap", "prlimit", "setpriv", "unshare") if not shutil.which(name)
    ]
    if missing:
        packages = {"bwrap": "bubblewrap"}
        return f"Not installed: {', '.join(packages.get(name, name) for name in missing)}."
    version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True, check=False)
    numbers = tuple(map(int, re.findall(r"\d+", version.stdout)[:2]))
    if numbers < OLDEST:
        return f"This is {version.stdout.strip()}, but the sandbox needs 0.8 or newer."
    command = Walls().around([sys.executable, "-I", "-c", "print('behind walls')"])
    try:
        tried = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return "bubblewrap did not come back within a minute."
    if "behind walls" not in tried.stdout:
        return f"bubblewrap does not work here: {tried.stderr.strip()[:500]}"
    return None


def _sweep() -> None:
    """Remove the folders of runs that were killed before they could."""
    tmp = Path("/tmp")
    for folder in (*tmp.glob(f"{PREFIX}*"), *tmp.glob(f"{LIBRARY_PREFIX}*")):
        process = folder.name.split("-")[2]
        with contextlib.suppress(OSError):  # another run may just be tidying up
            if folder.lstat().st_uid == os.geteuid() and not Path("/proc", process).exists():
                remove_folder(folder)


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel behind the walls, with pipes for requests and answers.

    `inputs` is a folder of this machine that the kernel reads as INPUTS, `requests` and `answers`
    are this side's ends of the pipes, `stopped_because` says why the watchman ended the kernel.
    """

    library = Unicode(help="the folder that holds the course_lib the sandbox may see")
    limits = Dict(help="limits other than the usual ones, by their names in walls.Limits")

    folder: Path | None = None
    watchman: Watchman | None = None
    requests = answers = -1

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        self._make_folder()
        manager = self.parent
        manager.transport, manager.ip = "ipc", str(self.folder / "sockets" / "kernel")
        manager.connection_file = str(self.folder / "sockets" / "kernel.json")
        kwargs = await super().pre_launch(**kwargs)
        for path in (self.folder / "sockets", Path(manager.connection_file)):
            if os.geteuid() == 0:
                os.chown(path, NOBODY, NOBODY)
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any):
        theirs_in, self.requests = os.pipe()
        self.answers, theirs_out = os.pipe()
        os.set_blocking(self.requests, False)
        os.set_blocking(self.answers, False)
        wrapped = self._walls(theirs_in, theirs_out).around(cmd)
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        kwargs |= {"cwd": "/", "pass_fds": (theirs_in, theirs_out), **nowhere}
        try:
            info = await super().launch_kernel(wrapped, **kwargs)
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        self.watchman = Watchman(self.pid, self.folder / "sockets", self._limits())
        self.watchman.start()
        return info

    async def cleanup(self, restart: bool = False) -> None:
        self.close()
        await super().cleanup(restart=restart)

    def close(self) -> None:
        """End the kernel and all it started; remove its folder. May be called twice."""
        if self.process:
            end(self.pid)
            self.process.wait()
        if self.watchman:
            self.watchman.dismiss()
        for pipe in (self.requests, self.answers):
            if pipe >= 0:
                os.close(pipe)
        self.requests = self.answers = -1
        if self.folder:
            remove_folder(self.folder)

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    @property
    def stopped_because(self) -> str | None:
        """Raises KernelLostError where the watchman had to end it for no fault of the student's."""
        if self.watchman and self.watchman.fault:
            raise KernelLostError(f"the sandbox could not be watched: {self.watchman.fault}")
        return self.watchman.reason if self.watchman else None

    def _make_folder(self) -> None:
        # Short, because the path of a socket may have no more than 108 characters.
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir="/tmp"))
        (self.folder / "sockets").mkdir(mode=0o700)
        (self.folder / "inputs").mkdir(mode=0o755)
        if os.geteuid() == 0:
            self.folder.chmod(0o711)

    def _limits(self) -> Limits:
        return Limits(**self.limits)

    def _walls(self, requests: int, answers: int) -> Walls:
        sockets = self.folder / "sockets"
        mounts = [Mount(sockets, str(sockets), writable=True), Mount(self.inputs, INPUTS)]
        if self.library:
            mounts.append(Mount(Path(self.library), LIBRARY))
        environment = {
            "PYTHONPATH": LIBRARY,
            "COURSE_REQUESTS": str(requests),
            "COURSE_ANSWERS": str(answers),
            "COURSE_INPUTS": INPUTS,
        }
        hidden = [provenance.PACKAGE, *filter(None, [provenance.repository()])]
        return Walls(mounts, hidden, environment, self._limits())


def filtered_library(destination: Path, withheld: tuple[str, ...]) -> Path:
    """Copy course_lib without these modules and without what only teachers use.

    `withheld` names modules and packages, such as "course_lib.layers". Raises ValueError where
    one does not exist, for a misspelt name would leave the answers in.
    """
    copy = destination / "course_lib"
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "results")
    shutil.copytree(provenance.PACKAGE, copy, ignore=ignore)
    for name in (*withheld, "course_lib.grading", "course_lib.authoring"):
        path = destination.joinpath(*name.split("."))
        if path.is_dir():
            shutil.rmtree(path)
        elif path.with_suffix(".py").exists():
            path.with_suffix(".py").unlink()
        else:
            raise ValueError(f"WITHHELD in cases.py names {name}, which course_lib does not have.")
    return destination
