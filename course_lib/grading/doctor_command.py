"""Name what this machine lacks for the course, each with the line to type.

    course doctor
    course doctor --install     (as root: fetch Debian packages that lack through apt-get)

Exit status: 0 when nothing needed lacks, else 1.
"""

import argparse

MARKS = {True: "ok  ", False: "LACK"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--install", action="store_true", help="install Debian packages that lack (as root)"
    )


def run(arguments: argparse.Namespace) -> int:
    from course_lib.grading.doctor import examine, install

    findings = examine()
    if arguments.install and install(findings):
        findings = examine()
    for finding in findings:
        mark = MARKS[finding.good] if finding.needed or finding.good else "note"
        print(f"{mark}  {finding.name:10}  {finding.what}")
    lacking = [finding for finding in findings if not finding.good]
    for finding in lacking:
        print(f"\n{finding.name}: {finding.remedy}")
    return 1 if any(finding.needed for finding in lacking) else 0
