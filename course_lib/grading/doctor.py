"""What this machine needs for the course, looked at one by one."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course_lib import provenance
from course_lib.grading.sandbox import WHAT_TO_DO, sandbox_trouble

FREE_GIGABYTES = 5
OLDEST_KERNEL = (5, 14)  # from here on the limit on processes is counted for each sandbox alone
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` is the line to type where it lacks."""

    name: str
    what: str
    good: bool
    needed: bool = True  # False: the course works without, and says what it leaves out
    remedy: str = ""
    apt: tuple[str, ...] = ()  # Debian packages that would mend it


def examine() -> list[Finding]:
    """Everything, in the order in which a person would mend it."""
    looks: tuple[Callable[[], Finding], ...] = (
        _python,
        _packages,
        _system,
        _bubblewrap,
        _namespaces,
        _chromium,
        _disk,
        _data_sets,
    )
    return [look() for look in looks]


def install(findings: list[Finding]) -> bool:
    """Fetch the Debian packages that lack, where this user may. Whether anything was tried."""
    packages = [name for finding in findings if not finding.good for name in finding.apt]
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", *packages]):
        print(f"apt-get {' '.join(words)}", flush=True)
        subprocess.run(["apt-get", *words], env=environment, stdout=subprocess.DEVNULL, check=False)
    return True


def _python() -> Finding:
    version = platform.python_version()
    remedy = "install Python 3.11, 3.12 or 3.13 and run `make setup` with PYTHON=python3.12"
    return Finding("Python", version, (3, 11) <= sys.version_info < (3, 14), remedy=remedy)


def _packages() -> Finding:
    """What the extras `book` and `teach` ask for, by the metadata of the installed course."""
    lacking = []
    for line in importlib.metadata.requires("course-lib") or []:
        name = re.match(r"[\w.-]+", line).group()
        optional = re.search(r"extra == ['\"](\w+)['\"]", line)
        if optional is None or optional.group(1) in ("book", "teach"):
            try:
                importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                lacking.append(name)
    what = f"without {', '.join(lacking)}" if lacking else "all there"
    return Finding("Packages", what, not lacking, remedy="make setup")


def _system() -> Finding:
    """Grading needs Linux; all else works on any system."""
    numbers = tuple(map(int, re.findall(r"\d+", platform.release())[:2]))
    good = platform.system() == "Linux" and numbers >= OLDEST_KERNEL
    remedy = "grade on a Linux machine with a kernel of 5.14 or newer; the rest works here"
    return Finding("System", f"{platform.system()} {platform.release()}", good, remedy=remedy)


def _bubblewrap() -> Finding:
    path = shutil.which("bwrap")
    remedy = "sudo apt-get install bubblewrap"
    return Finding(
        "Bubblewrap", path or "not there", bool(path), remedy=remedy, apt=("bubblewrap",)
    )


def _namespaces() -> Finding:
    trouble = sandbox_trouble()
    return Finding("Sandbox", trouble or "works", not trouble, remedy=WHAT_TO_DO)


def _chromium() -> Finding:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return Finding(
        "Chromium",
        found or "not there: the tests of the built site are left out",
        bool(found),
        needed=False,
        remedy="sudo apt-get install chromium",
        apt=("chromium", "fonts-liberation"),
    )


def _disk() -> Finding:
    folder = provenance.repository() or Path.cwd()
    free = shutil.disk_usage(folder).free / 2**30
    remedy = f"free {FREE_GIGABYTES} GB: torch alone takes that much when it is installed"
    return Finding("Disk", f"{free:.0f} GB free", free >= FREE_GIGABYTES, remedy=remedy)


def _data_sets() -> Finding:
    """Nothing needs them but training on them; `mnist_5k` comes with the packages."""
    listing = subprocess.run(
        [sys.executable, "-m", "course_lib.cli", "data", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = listing.stdout.splitlines()
    there = [line.split()[0] for line in lines if "Not there" not in line]
    remedy = "course data prepare mnist      (course data list names the others)"
    good = len(there) == len(lines) > 0
    return Finding("Data sets", ", ".join(there) or "none", good, needed=False, remedy=remedy)
