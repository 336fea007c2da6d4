"""An hour put to use on the records that are missing."""

import errno
import sys
import time
from pathlib import Path

import torch

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.missing import Missing, bring_in_complete, look, missing
from course_lib.experiments.frame.steps import BudgetSpentError, BusyError, RefusedError
from course_lib.experiments.frame.waiting import must_wait, waiting_folder, would_mix
from course_lib.provenance import results_folder
from course_lib.training import processes, say
from course_lib.training.processes import by_first


def make_missing(
    scale: str,
    budget: float,
    device: str,
    results: Path | None = None,
    name: str | None = None,
    logs: Path | None = None,
    replace: bool = False,
) -> tuple[list[Path], list[Missing]]:
    """Make what is missing for `budget` seconds; returns what was made, and what was left out.

    What was cut short is saved and goes on later. One that fails says so and does not keep the
    others from being made, unless they would fail as well, as on a full disk. What another process
    is at is skipped. An experiment that has records of other settings gets the new ones when every
    seed has one; until then they wait (`waiting.py`).
    """
    deadline = time.monotonic() + budget
    results = results or results_folder()
    options = {"device": device, "deadline": deadline, "logs": logs, "replace": replace}
    by_first(lambda: bring_in_complete(scale, results, name))
    made, left_out = [], []
    for each in _that_share_work(by_first(lambda: missing(scale, results, name))):
        if by_first(lambda each=each: look(each.experiment, each.seed, results)) is None:
            continue  # another process has made it in the meantime
        say(f"== {each}")
        try:
            made.append(_make(each, results, options))
            by_first(lambda each=each: bring_in_complete(scale, results, each.experiment.name))
        except BudgetSpentError:
            say(f"The {budget:g} seconds are over; the same line goes on from here.")
            break
        except BusyError as error:
            say(f"skipped: {error}")
        except Exception as error:
            _stop_if_others_would_fail(error)
            say(f"left out: {type(error).__name__}: {error}")
            left_out.append(each)
    return made, left_out


def _make(each: Missing, results: Path, options: dict) -> Path:
    if by_first(lambda: would_mix(each.experiment, results)):
        raise RefusedError("Other seeds have records of the full settings; give --scale paper.")
    waits = by_first(lambda: must_wait(each.experiment, results))
    keep_in = waiting_folder(each.experiment, results) if waits else None
    path = run_experiment(each.experiment, each.seed, results=results, keep_in=keep_in, **options)
    if waits:
        say("There it waits until every seed has one.")
    return path


def _that_share_work(found: list[Missing]) -> list[Missing]:
    """Those that several processes can do together, where there are several."""
    if processes.count() == 1:
        return found
    alone = dict.fromkeys(each.experiment.name for each in found if not each.experiment.shares_work)
    if alone:
        say(f"These do not share their work and wait for one process alone: {', '.join(alone)}.")
    return [each for each in found if each.experiment.shares_work]


def _stop_if_others_would_fail(error: Exception) -> None:
    # A refusal is one of all processes. What else fails may have failed in this one alone: the
    # others would wait for it in an exchange for ever, and torchrun ends them when this one ends.
    alone = processes.count() > 1 and not isinstance(error, RefusedError)
    if alone:
        reason = f"{type(error).__name__}: {error}"
        print(f"process {processes.rank()}: {reason}", file=sys.stderr, flush=True)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = "The disk is full; make room, and the same line goes on"
        raise OSError(error.errno, text, error.filename) from error
    if alone or _device_is_lost(error):
        raise error


def _device_is_lost(error: Exception) -> bool:
    """After an error of CUDA's own, other than a full memory, every further call fails."""
    kinds = getattr(torch, "AcceleratorError", ())  # from torch 2.8 on
    return isinstance(error, kinds) or (
        isinstance(error, RuntimeError)
        and any(words in str(error) for words in ("CUDA error", "Triton Error [CUDA]"))
    )
