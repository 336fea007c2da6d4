"""The line into the sandbox and out of it: one request, one answer, by a clock and a limit.

The other end is the student's process. It may send nothing, too much, or something else.
"""

import json
import os
import secrets
import select
from collections.abc import Callable
from pathlib import Path

from course_lib.grading.clock import Clock

ANSWER_BYTES = 16 * 2**20
PIECE = 2**20


class NoAnswerError(RuntimeError):
    """There is no answer; the text completes a report to the student."""


class Channel:
    """Requests to one kernel. After NoAnswerError the kernel's state is unknown: close it."""

    def __init__(
        self,
        requests: int,
        answers: int,
        inputs: Path,
        is_lost: Callable[[], bool] = lambda: False,
    ):
        """`inputs` is the folder they are read from; `is_lost` tells that nobody will answer."""
        self._requests, self._answers, self._inputs = requests, answers, inputs
        self._is_lost = is_lost
        self._count = 0

    def greet(self, clock: Clock) -> None:
        """Wait until the probe is there. Raises NoAnswerError where it never comes."""
        self._exchange({"function": None}, clock)

    def ask(
        self,
        function: str,
        inputs: bytes,
        forbidden: tuple[str, ...],
        clock: Clock,
    ) -> bytes:
        """What the student's function gives for these inputs, as bytes nobody has looked at."""
        self._count += 1
        path = self._inputs / f"{self._count}.safetensors"
        path.write_bytes(inputs)
        path.chmod(0o444)
        request = {"function": function, "inputs": path.name, "forbidden": forbidden}
        try:
            return self._exchange(request, clock)
        finally:
            path.unlink()

    def _exchange(self, request: dict, clock: Clock) -> bytes:
        word = secrets.token_hex(8)
        self._drain()
        try:
            os.write(self._requests, json.dumps(request | {"word": word}).encode() + b"\n")
        except (BlockingIOError, BrokenPipeError):
            raise NoAnswerError("it ended the whole Python process.") from None
        frame = _Frame(word.encode())
        while not frame.complete:
            piece = self._piece()
            if piece is None:
                raise NoAnswerError("it ended the whole Python process.")
            if not piece and self._is_lost():
                raise NoAnswerError("its process no longer answers.")
            frame.add(piece)
            if clock.is_over:
                raise NoAnswerError(f"it did not come to an end within {clock.seconds:g} seconds.")
        return frame.content

    def _piece(self) -> bytes | None:
        """What is there within a tenth of a second, empty for nothing, None for the end."""
        if not select.select([self._answers], [], [], 0.1)[0]:
            return b""
        return os.read(self._answers, PIECE) or None

    def _drain(self) -> None:
        """Throw away what nobody asked for, as far as a pipe holds it."""
        for _ in range(64):
            try:
                if not os.read(self._answers, PIECE):
                    return
            except BlockingIOError:
                return


class _Frame:
    """An answer as it comes in: the word, eight bytes of length, the content."""

    def __init__(self, word: bytes):
        self._word = word
        self._data = bytearray()

    def add(self, piece: bytes) -> None:
        self._data += piece
        start = len(self._word)
        if self._data[:start] != self._word[: len(self._data)]:
            raise NoAnswerError("its process sent something else than the answer.")
        if (
            self._length is not None
            and not len(self._data) <= self._end <= start + 8 + ANSWER_BYTES
        ):
            raise NoAnswerError("its answer is larger than it may be, or longer than it says.")

    @property
    def complete(self) -> bool:
        return self._length is not None and len(self._data) == self._end

    @property
    def content(self) -> bytes:
        return bytes(self._data[len(self._word) + 8 :])

    @property
    def _length(self) -> int | None:
        start = len(self._word)
        ends = start + 8
        return int.from_bytes(self._data[start:ends], "big") if len(self._data) >= ends else None

    @property
    def _end(self) -> int:
        return len(self._word) + 8 + (self._length or 0)
