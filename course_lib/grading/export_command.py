"""Write the grades of all assignments as CSV, one row per student and assignment.

    course export
    course export --to grades.csv

Without --to it writes .grading/grades.csv. `status` says whether a total is final, provisional
(something still needs a grade by hand), waiting for review, or not handed in, and where
`course grade` has to run once more.
"""

import argparse
from pathlib import Path

from course_lib.grading.places import here


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, help="the file to write (default: .grading/grades.csv)")


def run(arguments: argparse.Namespace) -> int:
    # nbgrader takes a second to import, which `course export --help` need not wait for.
    from course_lib.grading.export import rows, to_csv
    from course_lib.grading.gradebook import open_gradebook

    places = here()
    with open_gradebook(places) as gradebook:
        table = list(rows(gradebook, places))
    if not table:
        raise RuntimeError("there are no grades yet: `course grade ASSIGNMENT` makes them.")
    path = arguments.to or places.grades
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_csv(table), encoding="utf8")
    provisional = sum(row["status"] != "final" for row in table)
    print(f"{path}: {len(table)} rows, {provisional} of them not final")
    return 0
