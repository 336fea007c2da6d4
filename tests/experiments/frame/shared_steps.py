"""Run an experiment and some steps, as one of several processes that torchrun starts.

    python -m torch.distributed.run --nproc-per-node 2 shared_steps.py FOLDER

Each process writes what it saw to FOLDER/<its number>.json.
"""

import json
import sys
import time
from pathlib import Path

import torch

from course_lib.cli import main as course
from course_lib.experiments.frame.steps import BudgetSpentError, Run
from course_lib.training.processes import joined, rank


def steps(folder: Path) -> dict:
    """Steps that each process would answer in its own way."""
    made = []

    def make(place: Path) -> dict:
        made.append(place.name)
        return {"number": rank()}

    run = Run(0, "cpu", folder)
    answers = [run.step("first", make)["number"], run.step("second", make)["number"]]
    again = run.step("first", make)["number"]
    # The time of the last process alone is over.
    late = Run(0, "cpu", folder, deadline=time.monotonic() + (1000 if rank() == 0 else -1))
    known = late.step("second", make)["number"]
    try:
        late.step("third", make)
        ended = "no"
    except BudgetSpentError:
        ended = "yes"
    return {"answers": [*answers, again, known], "made": made, "ended": ended}


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    with joined():
        words = ["--results", str(folder / "results"), "--lines", str(folder / "lines")]
        code = course(["train", "lenet_modern_mnist", "--quick", "--device", "cpu", *words])
        found = {"code": code} | steps(folder / "steps")
        (folder / f"{rank()}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
