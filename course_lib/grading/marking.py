"""From an accepted notebook to its verdicts: questions in, values out, judged elsewhere."""

import ast
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_lib.grading.examination import Examination, ExaminerError, Judgement, Question
from course_lib.grading.kernel import KernelLostError, Ran
from course_lib.grading.notebook_reader import DEFINITION
from course_lib.grading.records import seed
from course_lib.grading.run import CELL_SECONDS, NotebookRun, SilentKernelError
from course_lib.grading.transplant import grade_id, is_answer

NO_VERDICT = "{}: there is no verdict yet, and this is no fault of yours. Your teacher will look."
FORBIDDEN = (
    "{} uses {}, so it counts 0 for now. "
    "If you think this is a misunderstanding, tell your teacher: they can change it."
)


@dataclass(frozen=True)
class Marked:
    """The verdicts by grade id, what came of each cell, and what the teacher should know."""

    verdicts: dict[str, Judgement]
    cells: dict[str, Ran]
    remarks: tuple[str, ...] = ()


class Marker:
    """Marks the submissions of one assignment, one after the other."""

    def __init__(
        self,
        examination: Examination,
        questions: dict[str, Question],
        library: Path,
        cell_seconds: float = CELL_SECONDS,
    ):
        self._examination, self._questions = examination, questions
        self._library, self._cell_seconds = library, cell_seconds

    def mark(self, notebook: NotebookNode, seeds: dict[str, int]) -> Marked:
        """Run it and judge it. A fault of ours is tried once more before it leaves a gap."""
        first = self._try(notebook, seeds)
        if all(verdict.reached for verdict in first.verdicts.values()):
            return first
        second = self._try(notebook, seeds)
        kept = {
            name: verdict if verdict.reached else first.verdicts[name]
            for name, verdict in second.verdicts.items()
        }
        return Marked(kept, second.cells, second.remarks)

    def _try(self, notebook: NotebookNode, seeds: dict[str, int]) -> Marked:
        asked = checks(notebook)
        sources = [
            cell.source for cell in notebook.cells if is_answer(cell) and cell.cell_type == "code"
        ]
        verdicts: dict[str, Judgement] = {}
        cells: dict[str, Ran] = {}
        remarks = []
        try:
            with NotebookRun(notebook, self._library, self._cell_seconds) as run:
                cells = run.ran
                for check, function in asked.items():
                    try:
                        verdicts[check] = self._verdict(run, function, seeds[function], sources)
                    except ExaminerError as fault:
                        remarks.append(f"{function} could not be judged: {_end_of(fault)}")
        except (KernelLostError, SilentKernelError) as fault:
            remarks.append(f"grading was interrupted: {_end_of(fault)}")
        for check, function in asked.items():
            verdicts.setdefault(check, Judgement(None, (NO_VERDICT.format(function),)))
        return Marked(verdicts, cells, tuple(remarks))

    def _verdict(
        self, run: NotebookRun, function: str, drawn_from: int, sources: list[str]
    ) -> Judgement:
        inputs = self._examination.inputs(function, drawn_from)
        answers = run.answers(self._questions[function], inputs)
        return self._examination.judge(function, drawn_from, answers, sources)


def _end_of(fault: Exception) -> str:
    """Of a traceback, the lines that say what went wrong."""
    return str(fault).strip()[-500:]


def seeds_for(notebook: NotebookNode, secret: bytes, submission: str) -> dict[str, int]:
    return {name: seed(secret, submission, name) for name in checks(notebook).values()}


def checks(notebook: NotebookNode) -> dict[str, str]:
    """The function each check cell asks for, by the cell's grade id.

    Raises ValueError where a graded code cell of our own release holds no `check("name", …)`.
    """
    return {
        grade_id(cell): _checked(cell)
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    }


def _checked(cell: NotebookNode) -> str:
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check":
            return ast.literal_eval(node.args[0])
    raise ValueError(f'the graded cell {grade_id(cell)} holds no check("name", name, points)')


def flag_comments(release: NotebookNode, verdicts: dict[str, Judgement]) -> dict[str, str]:
    """What the teacher should see beside an answer in the formgrader, by its grade id.

    The words are ours: a report may hold a student's, and a comment is shown as a person's.
    """
    flagged = {
        function: verdicts[check]
        for check, function in checks(release).items()
        if check in verdicts and (verdicts[check].forbidden or not verdicts[check].reached)
    }
    return {
        grade_id(cell): f"Flagged. {_why(function, flagged[function])}"
        for cell in release.cells
        if is_answer(cell)
        for function in DEFINITION.findall(cell.source)
        if function in flagged
    }


def _why(function: str, verdict: Judgement) -> str:
    if not verdict.reached:
        return NO_VERDICT.format(function)
    return FORBIDDEN.format(function, " and ".join(verdict.forbidden))
