"""Run the cells of a chapter as a reader's machine would: no data folder, no GPU, no network."""

import os
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from tempfile import TemporaryDirectory

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode

SECONDS = 120  # one cell; `_config.yml` names the same
# Floating-point sums depend on the number of threads, and small networks run faster on one.
FIXED = {"PYTHONHASHSEED": "0", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
DROPPED = ("COURSE_DATA", "COURSE_CASES", "NBGRADER_EXECUTION", "MPLBACKEND", "PYTHONWARNINGS")

# Runs in the kernel before the first cell, and leaves no name behind.
NO_NETWORK = """
def guard():
    import socket
    here = (None, "", "127.0.0.1", "::1", "localhost")
    def check(host):
        if host not in here:
            raise OSError(f"a chapter may not use the network; it asked for {host}")
    for name in ("connect", "connect_ex"):
        def only_here(self, address, original=getattr(socket.socket, name)):
            if self.family != socket.AF_UNIX:
                check(address[0])
            return original(self, address)
        setattr(socket.socket, name, only_here)
    def look_up(host, *rest, original=socket.getaddrinfo, **options):
        check(host)
        return original(host, *rest, **options)
    socket.getaddrinfo = look_up
guard()
del guard
"""


def chapter_environment() -> dict[str, str]:
    """The environment under which chapters run, here, in the book's build and under nbval."""
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    return kept | FIXED


class ChapterClient(NotebookClient):
    """A notebook client whose kernel reaches no other host."""

    @asynccontextmanager
    async def async_setup_kernel(self, **options):
        async with super().async_setup_kernel(**options):
            await self._silently(NO_NETWORK)
            yield

    async def _silently(self, code: str) -> None:
        """Run code that no cell and no execution count knows of."""
        reply = self.kc.execute(code, silent=True, store_history=False, reply=True, timeout=60)
        content = (await reply)["content"]
        if content["status"] != "ok":
            raise RuntimeError(f"the kernel could not be kept off the network: {content}")


def execute(notebook: NotebookNode, name: str) -> None:
    """Run all cells in place, in a folder of their own; a failing cell is shown with its error."""
    with TemporaryDirectory() as folder, _environment(chapter_environment()):
        client = ChapterClient(
            notebook,
            timeout=SECONDS,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=50"],  # its warnings are not for our readers
            record_timing=False,
            coalesce_streams=True,
        )
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError) as error:
            raise RuntimeError(f"book/{name}.md: a cell failed.\n{error}") from error


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    """Give this process another environment for a while; the kernel inherits it."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
