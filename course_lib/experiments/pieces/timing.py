"""How the speed of things is measured and kept, the same for layers, kernels and networks."""

import json
from collections.abc import Callable
from math import ceil
from pathlib import Path

import torch

from course_lib.training.whole_files import write_whole


def clock(function: Callable[[], object], seconds: float) -> float:
    """The seconds of a call: the median of those that at least `seconds` hold, on a GPU their mean.

    There `blocked_autorange` would make its blocks ever longer, to hide the wait at their ends.
    """
    # Not on top: its import looks for a CUDA toolkit, and says on stderr what it did not find.
    from torch.utils.benchmark import Timer

    timer = Timer("function()", globals={"function": function}, num_threads=torch.get_num_threads())
    if torch.cuda.is_available():
        return timer.timeit(ceil(seconds / timer.timeit(1).median)).median
    return timer.blocked_autorange(min_run_time=seconds).median


def keep(record: dict, folder: Path | None, device: str) -> None:
    """Write the record of one device, and say where; without a folder, nothing."""
    if folder is None:
        return
    path = folder / f"{device}.json"
    write_whole(path, (json.dumps(record, indent=1) + "\n").encode())
    print(f"Recorded in {path}")
