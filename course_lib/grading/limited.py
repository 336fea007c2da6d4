"""Run a module of ours on bytes that are not trusted, in a process that cannot do much harm."""

import json
import resource
import subprocess
import sys

MEMORY = 384 * 2**20
SECONDS = 20
RESULT_BYTES = 32 * 2**20


class UnreadableError(ValueError):
    """The module did not come to a result: too much memory, too much time, or a crash."""


def run_limited(module: str, source: int, words: tuple[str, ...] = ()) -> dict:
    """Run `python -m module *words` with the open file `source` as its input; its JSON result.

    Raises UnreadableError where it fails or says more than RESULT_BYTES.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", module, *words],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=_limit,
    )
    with process:
        # One byte more than allowed, so that a larger result is noticed and never held.
        result = process.stdout.read(RESULT_BYTES + 1)
        process.stdout.close()
        status = process.wait()
    if status or len(result) > RESULT_BYTES:
        raise UnreadableError(f"status {status}, {len(result)} bytes")
    return json.loads(result)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
