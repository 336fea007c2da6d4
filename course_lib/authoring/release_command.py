"""Make assignments/ out of solutions/: what students get, with no answer in it.

    course release                    all assignments
    course release convolution        one of them
    course release --check            change nothing; name the stale files and exit with 1

The notebook with the answers is staged under .grading/source, which git ignores, and nbgrader
makes the release from it. The visible cases go into course_lib/checking/visible as numbers, and
README.md lists the assignments that there are.
"""

import argparse

from course_lib import provenance


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="an assignment (default: all)")
    parser.add_argument("--check", action="store_true", help="change nothing, name what is stale")


def run(arguments: argparse.Namespace) -> int:
    """Make, or check, the releases asked for."""
    from course_lib.authoring.readme import bring_up_to_date
    from course_lib.authoring.release import assignments_in, release, stale_files

    root = provenance.repository()
    if root is None:
        raise RuntimeError("assignments are released from a clone of the course, not its wheel.")
    known = assignments_in(root)
    if not known:
        raise RuntimeError("there is no solutions/ here: only the teacher's copy has the answers.")
    stale = []
    for slug in arguments.slugs or known:
        if arguments.check:
            stale += stale_files(root, slug)
            continue
        made = release(root, slug)
        print(
            f"assignments/{slug}/{slug}.ipynb: {len(made.notebook):,} bytes, "
            f"visible cases: {len(made.values):,} bytes"
        )
    if not arguments.check and bring_up_to_date(root):
        print("README.md: its tables now name what there is")
    for path in stale:
        print(f"{path}: stale; `course release` makes it again")
    return 1 if stale else 0
