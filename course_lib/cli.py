"""The command `course`: one verb per job, each imported when it is called.

A verb is a module with a docstring (its help, with an example), `configure(parser)` and
`run(arguments) -> int`, the exit status.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

VERBS = {
    "data": ("course_lib.data.command", "fetch a data set and check it"),
    "models": (
        "course_lib.experiments.models_command",
        "show every network beside the numbers of its paper",
    ),
    "train": ("course_lib.experiments.command", "run an experiment and write its record"),
    "claims": ("course_lib.claims.command", "check what the lectures say"),
    "notebooks": ("course_lib.authoring.notebooks_command", "make lectures/ from book/"),
    "release": ("course_lib.authoring.release_command", "make assignments/ from solutions/"),
    "grade": ("course_lib.grading.grade_command", "grade what was handed in"),
    "export": ("course_lib.grading.export_command", "write the grades as CSV"),
    "doctor": ("course_lib.grading.doctor_command", "name what this machine lacks"),
}

HINT = "Set COURSE_DEBUG=1 to see where this comes from."


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; a failure is one readable message on stderr and a status other than 0."""
    words = list(sys.argv[1:] if words is None else words)
    if not words or words[0] not in VERBS:
        return _overview(words)
    verb, *rest = words
    try:
        module = importlib.import_module(VERBS[verb][0])
    except ModuleNotFoundError as error:
        return _lacks(verb, error)
    parser = argparse.ArgumentParser(
        prog=f"course {verb}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    try:
        status = module.run(parser.parse_args(rest)) or 0
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # `course models | head`: nobody reads on, which is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as error:
        return _lacks(verb, error)
    except (ValueError, OSError, RuntimeError) as error:
        if os.environ.get("COURSE_DEBUG"):
            raise
        print(f"course {verb}: {error}\n{HINT}", file=sys.stderr)
        return 1


def _lacks(verb: str, error: ModuleNotFoundError) -> int:
    package = str(error.name).partition(".")[0]
    if package == "course_lib" or os.environ.get("COURSE_DEBUG"):
        raise error
    print(
        f"course {verb}: the Python package {package} is not installed here. In a clone of the "
        "course type\n    make setup\nand elsewhere\n    pip install 'course-lib[book,teach]'",
        file=sys.stderr,
    )
    return 1


def _overview(words: Sequence[str]) -> int:
    width = max(map(len, VERBS))
    lines = [f"  {verb:{width}}  {what}" for verb, (_, what) in VERBS.items()]
    text = "\n".join(["usage: course VERB ... (course VERB --help says more)", "", *lines])
    asked = words and words[0] in ("-h", "--help", "help")
    if words and not asked:
        text = f"course: there is no verb '{words[0]}'.\n{text}"
    print(text, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


if __name__ == "__main__":
    sys.exit(main())
