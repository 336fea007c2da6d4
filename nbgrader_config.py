"""nbgrader's settings for this course. `nbgrader` run in this folder reads them."""

import os
from pathlib import Path

from course_lib.term import read_term

HERE = Path(__file__).resolve().parent
COURSE = read_term(HERE)["course"]

# check() asks for the hidden cases here while nbgrader grades; students have no such folder.
os.environ.setdefault("COURSE_CASES", str(HERE / "solutions"))

c = get_config()

c.CourseDirectory.course_id = COURSE["name"]
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.source_directory = ".grading/source"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = ".grading/submitted"
c.CourseDirectory.autograded_directory = ".grading/autograded"
c.CourseDirectory.feedback_directory = ".grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{HERE / '.grading' / 'gradebook.db'}"

c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("Write your answer in place of this line.")'
}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# The rubric stands in the question's own cell, which students cannot change, so that it comes back
# for those who mark by hand. Feedback goes without it.
c.ClearMarkScheme.enforce_metadata = False
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# A student's HTML would run as the teacher in formgrader.
c.HTMLExporter.sanitize_html = True
# nbgrader's templates leave the text cells out of that.
c.HTMLExporter.filters = {"markdown2html": "course_lib.grading.safe_html.markdown"}
# Without this, a tag that a student adds to a check would leave it out and give full points.
c.Execute.skip_cells_with_tag = "the-course-skips-no-cell"
c.Execute.timeout = 120
