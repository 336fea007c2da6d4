"""The walls of the sandbox: one bubblewrap command around a program that is not trusted.

Inside there is a read-only system, this Python, and a few small folders in memory. There is no
network, no home, no other process and nothing of the course but what is named.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

MIB = 2**20
WORK = "/notebook"  # where the program runs: empty, in memory, gone afterwards
SCRATCH = ("/dev/shm", "/tmp", WORK)  # each a file system in memory of its own
NOBODY = 65534
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")

SHOW_UNDER_MNT = """
set -e
mount -t tmpfs -o mode=755 course /mnt
number=0
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir /mnt/$number; else : > /mnt/$number; fi
    mount --rbind "$1" /mnt/$number
    number=$((number + 1))
    shift
done
shift
exec "$@"
"""


@dataclass(frozen=True)
class Limits:
    """What one sandbox may use. The defaults leave room for torch and a small network."""

    memory: int = 2048 * MIB  # of all its processes together, libraries not counted
    processes: int = 128  # threads are counted too
    cpu_seconds: int = 900
    file_bytes: int = 64 * MIB
    scratch_bytes: int = 64 * MIB  # each of the folders in memory
    scratch_files: int = 50_000  # in each of them; bubblewrap cannot say this, the watchman looks
    open_files: int = 256

    def command(self) -> list[str]:
        """Set these limits inside, where the count of processes is the sandbox's own.

        torch maps gigabytes of libraries, so the limit that matters is on data, not on addresses;
        that one only has to stop shared memory.
        """
        return [
            "prlimit",
            f"--data={self.memory + 1024 * MIB}",
            f"--as={self.memory + 12 * 1024 * MIB}",
            f"--nproc={self.processes}",
            f"--cpu={self.cpu_seconds}",
            f"--fsize={self.file_bytes}",
            f"--nofile={self.open_files}",
            "--core=0",
            "--",
        ]


@dataclass(frozen=True)
class Mount:
    """A folder of this machine and where it appears inside."""

    source: Path
    inside: str
    writable: bool = False


@dataclass(frozen=True)
class Walls:
    """What a sandbox is made of; `around(command)` gives the whole command."""

    mounts: Sequence[Mount] = ()
    hidden: Sequence[Path] = ()  # empty inside, should they lie in a folder that is shown
    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def around(self, command: Sequence[str]) -> list[str]:
        mounts = [*_system(), *self._python(), *self.mounts]
        outer = []
        if os.geteuid() == 0:
            outer, mounts = _as_nobody(mounts)
        walls = [*self._bubblewrap(mounts), "--", *self.limits.command()]
        return [*outer, *_only_below_us(), *walls, *command]

    def _python(self) -> list[Mount]:
        prefixes = dict.fromkeys(Path(p).resolve() for p in (sys.base_prefix, sys.prefix))
        shown = [path for path in prefixes if not any(_within(path, s) for s in SYSTEM)]
        return [Mount(path, str(path)) for path in shown]

    def _bubblewrap(self, mounts: Sequence[Mount]) -> list[str]:
        words = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--new-session"]
        words += ["--die-with-parent", "--clearenv", "--cap-drop", "ALL"]
        words += ["--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]
        words += ["--proc", "/proc", "--dev", "/dev", "--chdir", WORK]
        for folder in SCRATCH:
            words += ["--size", str(self.limits.scratch_bytes), "--tmpfs", folder]
        words += [*_links(), *self._folders(mounts), "--remount-ro", "/dev", "--remount-ro", "/"]
        for name, value in (_variables() | dict(self.environment)).items():
            words += ["--setenv", name, value]
        return words

    def _folders(self, mounts: Sequence[Mount]) -> list[str]:
        """The mounts, outer folders first, each hidden folder after what it lies in."""
        order = {mount.inside: mount for mount in mounts}
        order |= {
            str(path): None for path in self.hidden if any(_within(path, name) for name in order)
        }
        words = []
        for inside in sorted(order, key=lambda name: len(Path(name).parts)):
            mount = order[inside]
            if mount is None:
                words += ["--size", "4096", "--tmpfs", inside, "--remount-ro", inside]
            else:
                words += ["--bind" if mount.writable else "--ro-bind", str(mount.source), inside]
        return words


def _system() -> list[Mount]:
    paths = [*map(Path, SYSTEM), *(Path("/etc", name) for name in SETTINGS)]
    return [Mount(p, str(p)) for p in paths if p.exists() and not (p.is_symlink() and _merged(p))]


def _links() -> list[str]:
    """On most systems /bin and its like are links into /usr."""
    links = [path for path in map(Path, SYSTEM) if path.is_symlink() and _merged(path)]
    return [word for path in links for word in ("--symlink", os.readlink(path), str(path))]


def _merged(path: Path) -> bool:
    return _within(path.resolve(), "/usr") and path.parent == Path("/")


def _variables() -> dict[str, str]:
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
    return one | {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": WORK,
        "USER": "student",
        "LANG": "C.UTF-8",
        # Inside the walls /tmp is a small file system of the sandbox's own, gone with it.
        "TMPDIR": "/tmp",
        "IPYTHONDIR": "/tmp/ipython",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _only_below_us() -> list[str]:
    """Words that go on only while this process lives, and end what follows when it dies.

    --die-with-parent alone leaves a moment: whoever is killed before bubblewrap asks for the
    signal leaves a kernel behind. Here the signal is asked for first, and then who the parent is.
    """
    check = '[ "$PPID" = "$0" ] && exec "$@"'
    return ["setpriv", "--pdeathsig", "KILL", "sh", "-c", check, str(os.getpid())]


def _as_nobody(mounts: Sequence[Mount]) -> tuple[list[str], list[Mount]]:
    """Words that give up root before the walls go up, and where the folders are found then.

    The kernel counts no processes for root, and nobody may not walk into root's home, where
    Python may lie. So each folder is shown under /mnt first, in a mount namespace of its own.
    Nothing of this forks: bubblewrap must be our own child to die with us.
    """
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", SHOW_UNDER_MNT, "sh"]
    words += [str(mount.source) for mount in mounts]
    words += ["--", "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    moved = [replace(mount, source=Path(f"/mnt/{n}")) for n, mount in enumerate(mounts)]
    return [*words, "--inh-caps=-all", "--bounding-set=-all", "--"], moved


def _within(path: Path, folder: Path | str) -> bool:
    return Path(path).is_relative_to(folder)
