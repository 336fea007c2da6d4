"""How the speed of things is measured and kept, the same for layers, kernels and networks."""

import json
from collections.abc import Callable
from pathlib import Path

import torch

from course_lib.training.whole_files import write_whole


def clock(function: Callable[[], object], seconds: float) -> float:
    """The median seconds of a call, out of as many calls as at least `seconds` hold."""
    # Not on top: its import looks for a CUDA toolkit, and says on stderr what it did not find.
    from torch.utils.benchmark import Timer

    timer = Timer("function()", globals={"function": function}, num_threads=torch.get_num_threads())
    return timer.blocked_autorange(min_run_time=seconds).median


def keep(record: dict, folder: Path | None, device: str) -> None:
    """Write the record of one device, and say where; without a folder, nothing."""
    if folder is None:
        return
    path = folder / f"{device}.json"
    write_whole(path, (json.dumps(record, indent=1) + "\n").encode())
    print(f"Recorded in {path}")
