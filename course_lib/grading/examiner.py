"""The process that judges. It holds the cases, the reference and the mistakes, and runs no answer.

    python -m course_lib.grading.examiner solutions/convolution

reads one JSON request a line and writes one JSON result a line. Inputs and answers are
safetensors in base64. `examination.py` is the other end.
"""

import ast
import base64
import json
import re
import resource
import sys
import traceback
from functools import lru_cache
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from course_lib.checking.calling import Called
from course_lib.checking.cases import Assignment, load_assignment
from course_lib.checking.exams import Exam, draw_exam
from course_lib.checking.source import forbidden_in_source, outside_names
from course_lib.checking.verdict import judge
from course_lib.checking.wire import decode_answer, encode_inputs
from course_lib.grading.names import without_magic

TOLD = ("points", "lines", "mistake", "forbidden", "failed")
CELL_MAGIC = re.compile(r"\A(?:\s*%%.*)+")  # what stands below it is Python, as a rule
NOT_SEARCHED = (
    "{}: an answer is nested too deeply to be searched for what is not allowed. "
    "A teacher should read it."
)
MEMORY = 2 * 2**30  # bytes, beyond what torch and the cases take


class Examiner:
    """Answers requests about one assignment; each method is one kind of request."""

    def __init__(self, assignment: Assignment):
        self._assignment = assignment
        # The inputs are asked for first and the verdict next, so one exam is enough to keep.
        self._exam = lru_cache(maxsize=1)(self._draw)

    def plan(self) -> dict[str, Any]:
        """What the asking side has to know of the assignment."""
        functions = [
            {
                "name": function.name,
                "points": float(function.points),
                "seconds": float(function.seconds),
                "forbidden": function.forbidden,
                "num_cases": len(function.cases),
            }
            for function in self._assignment.functions.values()
        ]
        return {"functions": functions, "withheld": self._assignment.withheld}

    def inputs(self, function: str, seed: int) -> list[str]:
        exam = self._exam(function, seed)
        return [base64.b64encode(encode_inputs(given)).decode() for given in exam.inputs]

    def judge(
        self, function: str, seed: int, answers: list[dict[str, str]], sources: list[str]
    ) -> dict[str, Any]:
        """The verdict on answers, each `{"bytes": base64}` or `{"error": sentence}`.

        `sources` are the texts of the answer cells.
        """
        exam = self._exam(function, seed)
        texts = list(map(as_python, sources))
        source = within_reach(function, texts)
        noticed = forbidden_in_source(source, exam.function.forbidden, function)
        remarks = [NOT_SEARCHED.format(function)] if any(map(is_too_deep, texts)) else []
        called = [_called(answer) for answer in answers]
        verdict = judge(exam.function, exam.cases, called, exam.expected, exam.mistakes, noticed)
        told = {name: getattr(verdict, name) for name in TOLD}
        return told | {"lines": (*verdict.lines, *remarks)}

    def _draw(self, function: str, seed: int) -> Exam:
        return draw_exam(self._assignment, function, seed)


def _called(answer: dict[str, str]) -> Called:
    if "error" in answer:
        return Called(error=answer["error"])
    try:
        return decode_answer(base64.b64decode(answer["bytes"]))
    except ValueError as problem:
        return Called(error=f"its answer cannot be read: {problem}.")


@lru_cache(maxsize=64)
def as_python(text: str) -> str:
    """A cell as the kernel reads it: what is for IPython (`x?`, `%time f()`) becomes calls."""
    try:
        python = TransformerManager().transform_cell(CELL_MAGIC.sub("", text))
        ast.parse(python)
    except Exception:  # a magic for another language, or no code at all
        return without_magic(text)
    return python


def within_reach(function: str, sources: list[str]) -> str:
    """The text of the cells that a function can call into, itself first.

    What stands in a cell it never reaches must not be held against it. A cell that Python cannot
    read defines nothing.
    """
    trees = {text: tree for text in sources if (tree := _tree(text)) is not None}
    reached: list[str] = []
    wanted = {function}
    while found := [
        text for text in trees if text not in reached and wanted & _defined(trees[text])
    ]:
        reached += found
        wanted |= {
            name
            for text in found
            for statement in trees[text].body
            for name in outside_names(statement)
        }
    return "\n\n".join(reached)


def _defined(tree: ast.Module) -> set[str]:
    """The names that other cells can use: those given a meaning outside any function."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        else:
            names |= {
                each.id
                for each in ast.walk(node)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
            names |= {
                each.asname or each.name for each in ast.walk(node) if isinstance(each, ast.alias)
            }
    return names


def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_too_deep(text: str) -> bool:
    """Whether Python gives up reading it here; a kernel with other limits may not."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    except (RecursionError, MemoryError):
        return True
    return False


def limit_memory(more: int) -> None:
    """Let this process take so many bytes more: the texts and answers it reads are not trusted."""
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + more, held + more))


def main() -> int:
    examiner = Examiner(load_assignment(Path(sys.argv[1])))
    limit_memory(MEMORY)
    # Whatever cases.py prints must not get between the results.
    results, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"result": getattr(examiner, request["do"])(**request["with"])}
        except Exception:
            reply = {"fault": traceback.format_exc()}
        print(json.dumps(reply), file=results, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
