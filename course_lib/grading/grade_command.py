"""Grade what was handed in for one assignment, each submission in a sandbox of its own.

    course grade convolution
    course grade convolution --student ada --again
    course grade convolution --sample-class     (hand in the bundled sample class first)

reads .grading/submitted/<student>/<assignment>/ and writes the gradebook and a feedback page for
each student. What is graded and unchanged is skipped, so after Ctrl-C the same command goes on.
Exit status: 0 done, 1 something of ours failed, 3 there is no sandbox and nothing was run.
"""

import argparse
import os
import sys
import time
import traceback

from course_lib.grading.one_line import one_line
from course_lib.grading.places import Places, here

NO_SANDBOX = 3
STOPPED = 130


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", help="such as convolution")
    parser.add_argument("--student", help="grade only this student's submission")
    parser.add_argument("--again", action="store_true", help="also what is graded already")
    parser.add_argument(
        "--sample-class", action="store_true", help="hand in the bundled sample class first"
    )


def run(arguments: argparse.Namespace) -> int:
    # nbgrader takes a second to import, which `course grade --help` need not wait for.
    from course_lib.grading.sandbox import SandboxMissingError

    try:
        return grade(here(), arguments)
    except SandboxMissingError as problem:
        print(f"GRADING NOT RUN: {problem}", file=sys.stderr)
        return NO_SANDBOX
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return STOPPED


def grade(places: Places, arguments: argparse.Namespace) -> int:
    """Grade and say so, one line a student. Raises what `open_classroom` raises."""
    from course_lib.grading import sample_class
    from course_lib.grading.classroom import open_classroom
    from course_lib.grading.intake import students

    slug = arguments.assignment
    with open_classroom(places, slug) as room:
        if arguments.sample_class:
            handed_in = sample_class.hand_in(places, slug)
            print(f"Handed in the sample class: {', '.join(handed_in)}")
        names, odd = students(places.submitted, slug)
        if arguments.student:
            names = [name for name in names if name == arguments.student]
        if not names:
            whose = arguments.student or "anybody"
            raise ValueError(f"nothing of {whose} is handed in below {places.submitted}")
        print(f"{slug}: {len(names)} submissions, each in a sandbox of its own")
        for name in odd:
            print(f"  {name!r} cannot be the name of a student; rename that folder.")
        faults = sum(_grade_one(room, name, arguments.again) for name in names)
    print(f"Feedback is in {places.grading / 'feedback'}, grades come with `course export`.")
    print("Written answers are graded by hand: `jupyter lab`, then nbgrader's Formgrader.")
    if faults:
        print(f"{faults} of {len(names)} met a fault of ours; the same command tries them again.")
    return 1 if faults else 0


def _grade_one(room, student: str, again: bool) -> bool:
    """Print one line. Whether there was a fault of ours; whatever it is, the others go on."""
    start = time.monotonic()
    print(f"  {student:12} ", end="", flush=True)
    try:
        outcome = room.grade(student, again)
        print(_said(outcome, time.monotonic() - start))
    except Exception as fault:
        print(f"not graded, a fault of ours: {type(fault).__name__}: {one_line(str(fault))}")
        if os.environ.get("COURSE_DEBUG"):
            traceback.print_exc()
        return True
    return not (outcome.record.reason or outcome.record.complete)


def _said(outcome, seconds: float) -> str:
    """The rest of the line."""
    record = outcome.record
    if record.reason:
        return f"waiting for review: {record.reason}"
    took = f"{seconds:5.1f} s" if outcome.fresh else "unchanged"
    flags = "".join(f"  [{flag}]" for flag in record.flags)
    return f"{record.points:5.4g} points by the checks  {took}{flags}"
