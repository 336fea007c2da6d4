"""Ask the examiner: start its process when it is needed, and anew when it is lost."""

import base64
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 300.0  # for one request; torch has to be loaded in it, on a machine that is busy
Answer = bytes | str  # what a call gave, or why there is nothing, for the student


class ExaminerError(RuntimeError):
    """The examiner could not judge: a fault of ours, never of the student's."""


@dataclass(frozen=True)
class Question:
    """One graded function, as far as the asking side must know it."""

    name: str
    points: float
    seconds: float
    forbidden: tuple[str, ...]
    num_cases: int


@dataclass(frozen=True)
class Judgement:
    """The verdict on one function; without one (`points` is None) a teacher must look."""

    points: float | None
    lines: tuple[str, ...]
    mistake: str | None = None
    forbidden: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        return self.points is not None


class Examination:
    """The examiner of one assignment. Use it as a context."""

    def __init__(self, solutions: Path):
        self._solutions = solutions
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "Examination":
        return self

    def __exit__(self, *_) -> None:
        self._stop()

    def plan(self) -> tuple[dict[str, Question], tuple[str, ...]]:
        """The questions by name, and the modules that the sandbox must not hold."""
        plan = self._ask("plan")
        questions = [
            Question(**(fields | {"forbidden": tuple(fields["forbidden"])}))
            for fields in plan["functions"]
        ]
        return {question.name: question for question in questions}, tuple(plan["withheld"])

    def inputs(self, function: str, seed: int) -> list[bytes]:
        """The inputs of each case, drawn with this seed."""
        return [
            base64.b64decode(text) for text in self._ask("inputs", function=function, seed=seed)
        ]

    def judge(
        self, function: str, seed: int, answers: list[Answer], sources: list[str]
    ) -> Judgement:
        """The verdict on the answers to `inputs(function, seed)`, out of cells with these sources.

        A fault is tried once more with a fresh process. Raises ExaminerError after that.
        """
        sent = [
            {"error": answer}
            if isinstance(answer, str)
            else {"bytes": base64.b64encode(answer).decode()}
            for answer in answers
        ]
        fields = self._ask("judge", function=function, seed=seed, answers=sent, sources=sources)
        lists = {name: tuple(fields[name]) for name in ("lines", "forbidden", "failed")}
        return Judgement(**(fields | lists))

    def _ask(self, what: str, **values: Any) -> Any:
        request = json.dumps({"do": what, "with": values})
        try:
            return self._once(request)
        except ExaminerError:
            self._stop()
            return self._once(request)

    def _once(self, request: str) -> Any:
        process = self._running()
        limit = threading.Timer(SECONDS, process.kill)
        limit.start()
        try:
            process.stdin.write(request + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            limit.cancel()
        if not line:
            raise ExaminerError(
                f"the examiner ended without an answer, or was stopped after {SECONDS:g} seconds"
            )
        reply = json.loads(line)
        if "fault" in reply:
            raise ExaminerError(reply["fault"])
        return reply["result"]

    def _running(self) -> subprocess.Popen:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "course_lib.grading.examiner", str(self._solutions)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf8",
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                # A Ctrl-C at the keyboard is for the one who asks; it ends this process itself.
                start_new_session=True,
            )
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None
