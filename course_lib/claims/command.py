"""Check again what the lectures claim: compute every number anew and compare.

    course claims
    course claims --only-wrong                      with remarks and proofs
    course claims --lecture michigan_2025
    course claims --write                           after a new entry, or a change of a function

The entries are in book/claims.yml. Ends with 1 where an entry is stale or contradicts itself.
"""

import argparse
import sys

from course_lib.claims.entries import FAILS, LECTURES, REMARK
from course_lib.claims.ledger import Ledger, ledger
from course_lib.claims.page import shown
from course_lib.claims.refreshing import refresh, stale
from course_lib.provenance import claims_file


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write new values into the ledger")
    parser.add_argument(
        "--only-wrong",
        action="store_true",
        help="only what does not simply hold, with remarks and proofs",
    )
    parser.add_argument(
        "--lecture", metavar="KEY", choices=LECTURES, help=f"one of {', '.join(LECTURES)}"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.write:
        changed = refresh(claims_file())
        print(f"{len(changed)} values written{': ' if changed else '.'}{', '.join(changed)}")
    entries = ledger()
    chosen = entries.of(arguments.lecture) if arguments.lecture else entries
    print(_shown(chosen, arguments.only_wrong))
    print(f"\n{chosen!r}")
    return _report_stale(chosen)


def _shown(claims: Ledger, only_wrong: bool) -> str:
    if not only_wrong:
        return str(claims)
    ordered = Ledger((*claims.with_verdict(FAILS), *claims.with_verdict(REMARK)))
    return str(ordered.explained) or "All of it holds."


def _report_stale(claims: Ledger) -> int:
    """Name what comes out differently now, on stderr."""
    found = stale(claims)
    for claim, value in found:
        print(
            f"claim '{claim.id}' is stale: ours is {shown(claim.ours)}, and computing it gives "
            f"{shown(value)}. Type `course claims --write`, and look at the verdict.",
            file=sys.stderr,
        )
    return 1 if found else 0
