"""Run one accepted notebook in the sandbox: its cells first, then its functions, case by case."""

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from course_lib.grading.channel import Channel, NoAnswerError
from course_lib.grading.examination import Answer, Question
from course_lib.grading.kernel import KernelLostError, Ran, SandboxKernel
from course_lib.grading.names import rebound
from course_lib.grading.transplant import is_answer

CELL_SECONDS = 30.0
GIVEN_SECONDS = 120.0  # for what we wrote, such as `import torch` on a machine that is busy
GREETING_SECONDS = 30.0
RUN_SECONDS = 1200.0  # for all cells and calls of a notebook together, waiting included
SERVE = "__import__('course_lib.checking.probe', fromlist=['probe']).serve(globals())"
NOT_TRIED = "it was not tried: on an earlier case it gave no answer."
TOO_LONG = "it was not tried: the notebook took too long before."


class SilentKernelError(RuntimeError):
    """The cells ran, but no question gets through: nobody can say what the answers are worth."""


class OutOfTimeError(RuntimeError):
    """The notebook has used up its RUN_SECONDS."""


class NotebookRun:
    """A notebook at work. Use it as a context.

    `ran` holds what came of each cell, by cell id. A cell that was cut is skipped from then on.
    A kernel that is lost is started anew, so that one function's fault costs only that function.
    Before the first answer nothing of the student's has run: what is cut there is a fault of ours.
    All cells run before the functions are asked. Where a cell below its check changes what a
    function means, that function is asked before: as in the notebook, read from top to bottom.
    """

    def __init__(self, notebook: NotebookNode, library: Path, cell_seconds: float = CELL_SECONDS):
        self._notebook = notebook
        self._cells = [cell for cell in notebook.cells if runs(cell)]
        self._num_to_run = len(self._cells)
        self._end = time.monotonic() + RUN_SECONDS
        self._library = library
        self._cell_seconds = cell_seconds
        self._kernel: SandboxKernel | None = None
        self._channel: Channel | None = None
        self.ran: dict[str, Ran] = {}

    def __enter__(self) -> "NotebookRun":
        with contextlib.suppress(OutOfTimeError):  # `answers` will say so
            self._start()
        return self

    def __exit__(self, *_) -> None:
        self._close()

    def answers(self, question: Question, inputs: Sequence[bytes]) -> list[Answer]:
        """What the function gives for each of the inputs, or why it gives nothing.

        After the first that gives nothing the others are not tried: each would take its time.
        """
        found = list(self._until_silent(question, inputs))
        return found + [NOT_TRIED] * (len(inputs) - len(found))

    def _until_silent(self, question: Question, inputs: Sequence[bytes]) -> Iterator[Answer]:
        try:
            self._make_ready_for(question.name)
        except OutOfTimeError:
            yield TOO_LONG
            return
        for given in inputs:
            if self._is_out_of_time:
                yield TOO_LONG
                return
            try:
                yield self._channel.ask(
                    question.name,
                    given,
                    question.forbidden,
                    self._kernel.clock(question.seconds),
                )
            except NoAnswerError as reason:
                excess = self._kernel.provisioner.stopped_because
                self._close()
                yield f"{excess}." if excess else str(reason)
                return

    def _make_ready_for(self, function: str) -> None:
        """Have a kernel that has run the cells this function is asked after."""
        wanted = num_cells_before_asking(self._notebook, function)
        if wanted != self._num_to_run:
            self._close()
            self._num_to_run = wanted
        if self._kernel is None:
            self._start()

    @property
    def _is_out_of_time(self) -> bool:
        return time.monotonic() > self._end

    def _start(self) -> None:
        try:
            self._start_and_greet()
        except BaseException:  # Ctrl-C as well: no kernel may be left behind
            self._close()
            raise

    def _start_and_greet(self) -> None:
        """Start a kernel and run the cells; once more for each cell that has to be cut."""
        while not self._try_cells():
            self._close()
        served = self._kernel.send(SERVE)
        self._channel = Channel(
            self._kernel.provisioner.requests,
            self._kernel.provisioner.answers,
            self._kernel.provisioner.inputs,
            # Serving has no end of its own: with the reply to it, nobody serves any more.
            is_lost=lambda: self._kernel.has_replied(served),
        )
        try:
            self._channel.greet(self._kernel.clock(GREETING_SECONDS))
        except NoAnswerError as reason:
            raise SilentKernelError(str(reason)) from reason

    def _try_cells(self) -> bool:
        """Whether all cells that are still to be run came to an end."""
        if self._is_out_of_time:
            raise OutOfTimeError
        self._kernel = SandboxKernel(self._library)
        self._kernel.__enter__()
        is_given = True
        for cell in self._cells[: self._num_to_run]:
            is_given = is_given and not is_answer(cell)
            before = self.ran.get(cell.id)
            if before is not None and before.cut:
                continue
            if self._is_out_of_time:
                raise OutOfTimeError
            after = self._kernel.run(cell.source, GIVEN_SECONDS if is_given else self._cell_seconds)
            if after.cut and is_given:
                raise KernelLostError(f"of the code that is given, a cell was cut: {after.cut}")
            if before is None or after.cut:
                self.ran[cell.id] = after
            if after.cut:
                return False
        return True

    def _close(self) -> None:
        if self._kernel is not None:
            self._kernel.__exit__()
        self._kernel = None


def num_cells_before_asking(notebook: NotebookNode, function: str) -> int:
    """How many of the cells that run do so before this function is asked.

    All, or those before the first one below its check that would change what it gives.
    """
    check = re.compile(rf"""\bcheck\(\s*["']{re.escape(function)}["']""")
    earlier: list[str] = []
    later: list[str] = []
    is_past = False
    for cell in notebook.cells:
        if runs(cell):
            (later if is_past else earlier).append(cell.source)
        elif cell.metadata.get("nbgrader", {}).get("grade") and check.search(cell.source):
            is_past = True
    changes = [number for number, source in enumerate(later) if rebound(earlier, [source])]
    return len(earlier) + (changes[0] if changes else len(later))


def runs(cell: NotebookNode) -> bool:
    """Answers and given code run; checks and the student's playground do not."""
    about = cell.metadata.get("nbgrader")
    return cell.cell_type == "code" and bool(about) and not about.get("grade")
