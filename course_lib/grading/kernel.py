"""One kernel in the sandbox: start it, run cells against a clock, keep only text of what it says.

Every byte that comes back was written by a program that is not trusted.
"""

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from course_lib.grading.clock import Clock
from course_lib.grading.interrupts import ctrl_c_waits

MESSAGE_BYTES = 8 * 2**20  # a larger message closes the connection before it is read
MESSAGES_WAITING = 16
TEXT_CHARACTERS = 20_000  # what is kept of one cell's output
SECONDS_TO_START = 60
SECONDS_FOR_THE_REST = 1  # for output that is still on its way when the reply is here
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True)
class Ran:
    """What came of one cell: its text, and why it was cut (`None`: it came to its end)."""

    text: str = ""
    error: str | None = None  # the traceback, as text
    cut: str | None = None


class KernelLostError(RuntimeError):
    """The kernel could not be started: a fault of ours, or of this machine."""


class SandboxKernel:
    """A kernel behind the walls. Use it as a context; nothing of it is left afterwards."""

    def __init__(self, library: Path, limits: dict[str, int] | None = None):
        provisioner = {
            "provisioner_name": "course-sandbox",
            "config": {"library": str(library), "limits": limits or {}},
        }
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._manager = KernelManager(kernel_name="course-sandbox")
        self._manager._kernel_spec = KernelSpec(
            argv=[*command, "--HistoryManager.enabled=False"],
            display_name="Python in the sandbox",
            language="python",
            interrupt_mode="message",
            metadata={"kernel_provisioner": provisioner},
        )
        self._context = zmq.Context()
        self._client: BlockingKernelClient | None = None

    def __enter__(self) -> "SandboxKernel":
        try:
            self._start()
        except BaseException as problem:
            self.__exit__()
            if isinstance(problem, RuntimeError):
                raise KernelLostError(f"the sandbox's kernel did not start: {problem}") from problem
            raise
        return self

    @ctrl_c_waits()
    def __exit__(self, *_) -> None:
        if self.provisioner:
            self.provisioner.close()
        if self._client:
            self._client.stop_channels()
        self._manager.cleanup_resources()
        self._context.destroy(linger=0)

    def _start(self) -> None:
        with ctrl_c_waits():
            self._manager.start_kernel()
            for option, value in (
                (zmq.MAXMSGSIZE, MESSAGE_BYTES),
                (zmq.RCVHWM, MESSAGES_WAITING),
                (zmq.LINGER, 0),
            ):
                self._context.setsockopt(option, value)
            self._client = self._manager.client(context=self._context)
            self._client.start_channels(hb=False)
        self._client.wait_for_ready(timeout=SECONDS_TO_START)

    @property
    def provisioner(self):
        return self._manager.provisioner

    @property
    def alive(self) -> bool:
        return self.provisioner.process is not None and self.provisioner.process.poll() is None

    def run(self, source: str, seconds: float) -> Ran:
        """Execute one cell. A cell that is cut may still be running: close the kernel then."""
        said = _Said(self._client.execute(source, store_history=True, allow_stdin=False))
        clock = self.clock(seconds)
        replied = None
        while not said.idle:
            for message in self._messages():
                said.take(message)
            if said.replied:
                replied = replied or time.monotonic()
                if time.monotonic() - replied > SECONDS_FOR_THE_REST:
                    return said.ran(lost=True)
            elif not self.alive:
                return said.ran(cut=self.why_it_ended())
            elif clock.is_over:
                return said.ran(cut=f"it did not end within {seconds:g} seconds")
        return said.ran()

    def clock(self, seconds: float) -> Clock:
        """A clock for what this kernel is asked next."""
        return Clock(seconds, self.provisioner.pid)

    def send(self, source: str) -> str:
        """Execute without waiting for an end; what to ask `has_replied` for."""
        return self._client.execute(source, silent=True, store_history=False, allow_stdin=False)

    def has_replied(self, request: str) -> bool:
        """Whether what was sent has come to an end. Once it was told, it is not told again."""
        said = _Said(request)
        for message in self._messages(milliseconds=0):
            said.take(message)
        return said.replied

    def why_it_ended(self) -> str:
        return self.provisioner.stopped_because or "it ended the whole Python process"

    def _messages(self, milliseconds: int = 100) -> Iterator[dict]:
        """What is there within this time, one of each kind. What cannot be read is dropped."""
        sockets = (self._client.iopub_channel.socket, self._client.shell_channel.socket)
        poller = zmq.Poller()
        for socket in sockets:
            poller.register(socket, zmq.POLLIN)
        for socket, _ in poller.poll(milliseconds):
            try:
                # Without waiting: the message poll() saw may be gone with its connection.
                message = self._client.session.recv(socket, mode=zmq.NOBLOCK)[1]
            except Exception:  # zmq, JSON, signature, nesting: whatever a hostile kernel sends
                continue
            if isinstance(message, dict):
                yield message


class _Said:
    """The text of one cell's messages, up to a length; pictures and HTML are left out."""

    def __init__(self, request: str):
        self.idle = self.replied = False
        self._request = request
        self._pieces: list[str] = []
        self._error: str | None = None
        self._length = 0

    def take(self, message: dict) -> None:
        parent, content = message.get("parent_header"), message.get("content")
        if not isinstance(parent, dict) or not isinstance(content, dict):
            return  # signed as it should be, but of a form that Jupyter does not know
        if parent.get("msg_id") != self._request:
            return
        kind, data = message.get("msg_type"), content.get("data")
        if kind == "execute_reply":
            self.replied = True
        elif kind == "status":
            self.idle = content.get("execution_state") == "idle"
        elif kind == "stream":
            self._keep(content.get("text"))
        elif kind in ("execute_result", "display_data") and isinstance(data, dict):
            self._keep(data.get("text/plain"), "\n")
        elif kind == "error":
            lines = content.get("traceback")
            lines = lines if isinstance(lines, list) else [content.get("evalue")]
            self._error = _plain("\n".join(map(str, lines)))[-TEXT_CHARACTERS:]

    def ran(self, cut: str | None = None, lost: bool = False) -> Ran:
        """`lost`: so much was said at once that messages never arrived, the last one included."""
        text = "".join(self._pieces)
        if lost or self._length > TEXT_CHARACTERS:
            text += "\n... (the rest of the output is left out)"
        return Ran(text, self._error, cut)

    def _keep(self, text, end: str = "") -> None:
        if isinstance(text, str):
            space = max(0, TEXT_CHARACTERS - self._length)
            self._length += len(text)
            self._pieces.append(_plain(text[:space]) + (end if space else ""))


def _plain(text: str) -> str:
    """No colors and no control characters, which could move the cursor of a terminal."""
    text = ESCAPES.sub("", text)
    return "".join(sign for sign in text if sign in "\n\t" or sign.isprintable())
