"""Make what is missing, as one of several processes of which the last alone fails.

python -m torch.distributed.run --nproc-per-node 2 failing_process.py FOLDER
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from course_lib.experiments.frame import engine, missing
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.making import make_missing
from course_lib.training.processes import count, gathered, joined, rank


@dataclass(frozen=True)
class FailsInTheLast(Experiment):
    name: ClassVar[str] = "fails_in_the_last"
    question: ClassVar[str] = "What do the others do?"

    def scale(self):
        return Scale(None, "None.")

    def run(self, run):
        if rank() == count() - 1:
            raise FileNotFoundError("There is no data here.")
        return Findings({"ranks": [gathered(rank()) for _ in range(100)]})  # waits for the last


def main(folder: Path) -> None:
    missing.EXPERIMENTS = {FailsInTheLast.name: None}
    missing.find_experiment = lambda name: FailsInTheLast()
    engine._workplace = lambda: folder
    with joined():
        make_missing("paper", 600, "cpu", folder / "results")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
