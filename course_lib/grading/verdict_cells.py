"""Two steps of nbgrader's autograde, with the verdicts that were reached elsewhere.

`WriteVerdicts` stands in the place of Execute: nothing of a student's runs in nbgrader. And
`SaveVerdicts` takes points from the record, so that no output of a cell can earn any.
"""

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import SaveAutoGrades

from course_lib.grading.records import Record
from course_lib.grading.run import runs
from course_lib.grading.transplant import grade_id


class WriteVerdicts(Preprocessor):
    """In the place of Execute: outputs of the sandbox's run, verdicts under the checks."""

    enabled = True

    def __init__(self, record: Record):
        super().__init__()
        self._record = record

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int):
        verdict = self._record.verdicts.get(grade_id(cell))
        if cell.cell_type != "code":
            return cell, resources
        if verdict is not None:
            cell.outputs = [_stream("\n".join(verdict.lines))]
            if verdict.reached:
                result = new_output("execute_result", {"text/plain": repr(verdict.points)})
                cell.outputs.append(result)
        elif runs(cell):
            cell.outputs = self._said(cell)
        return cell, resources

    def _said(self, cell: NotebookNode) -> list[NotebookNode]:
        ran = self._record.cells.get(cell.id)
        if ran is None:
            return []
        cut = f"This cell was stopped and is skipped when grading: {ran.cut}." if ran.cut else ""
        return [_stream(text) for text in (ran.text, ran.error, cut) if text]


class SaveVerdicts(SaveAutoGrades):
    """The points of a check come from the verdict, never from the output of a cell."""

    enabled = True

    def __init__(self, record: Record):
        super().__init__()
        self._record = record

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        verdict = self._record.verdicts.get(grade_id(cell))
        if verdict is None and cell.cell_type != "code":
            super()._add_score(cell, resources)  # a written answer
            return
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(grade_id(cell), *where)
        reached = verdict is not None and verdict.reached
        decided = reached and not verdict.forbidden
        grade.auto_score = min(verdict.points, grade.max_score) if reached else None
        grade.needs_manual_grade = grade.manual_score is not None or not decided
        self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_comment(cell, resources)
        text = self._record.comments.get(grade_id(cell))
        if text:
            where = (self.notebook_id, self.assignment_id, self.student_id)
            self.gradebook.find_comment(grade_id(cell), *where).auto_comment = text
            self.gradebook.db.commit()


def _stream(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text.rstrip("\n") + "\n")
