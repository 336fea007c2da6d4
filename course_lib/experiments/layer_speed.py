"""How much slower than torch is a layer one can read?

    python -m course_lib.experiments.layer_speed
    python -m course_lib.experiments.layer_speed --device cpu --threads 1
    python -m course_lib.experiments.layer_speed --quick        seconds; records nothing

Every layer is timed beside torch's in the same run, forward and backward apart, in float32, after
a check that both give the same numbers. The table is recorded in
book/results/layer_speed/<device>.json; without --device for a CUDA device, if there is one.
"""

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

import torch

from course_lib import layers
from course_lib.experiments.pieces.layer_cases import SEED_OF_DRAWS, Case, make_cases
from course_lib.experiments.pieces.timing import clock, keep
from course_lib.provenance import digest, module_files, results_folder, versions

QUESTION = "How much slower than torch is a layer one can read?"


@dataclass(frozen=True)
class LayerSpeed:
    """Ours and torch's take turns, so that a busy machine slows both."""

    seed: int = 0
    num_rounds: int = 5
    seconds: float = 0.3  # one measurement of one side


QUICK = LayerSpeed(num_rounds=1, seconds=0.005)


def measure(case: Case, config: LayerSpeed) -> list[dict]:
    """Time the forward and, where there is one, the backward: a row each."""
    ours = partial(case.layer, *case.tensors, **case.options)
    theirs = partial(case.oracle, *case.tensors, **case.options)
    sides = {"forward": (ours, theirs)}
    if case.layer_backward is not None:
        sides["backward"] = _backwards(case)
    rows = []
    for direction, (ours, theirs) in sides.items():
        _check_equal(case, ours, theirs)
        rows.append(case.describe() | {"direction": direction} | _compare(ours, theirs, config))
    return rows


def _backwards(case: Case) -> tuple[Callable, Callable]:
    """Our backward, and autograd's through a graph that is built before the clock runs."""
    tensors = [t.clone().requires_grad_(t.is_floating_point()) for t in case.tensors]
    torch.manual_seed(SEED_OF_DRAWS)
    output = case.oracle(*tensors, **case.options)
    upstream, leaves = torch.randn_like(output), [t for t in tensors if t.requires_grad]
    ours = partial(case.layer_backward, upstream, *case.tensors, **case.options)
    theirs = partial(torch.autograd.grad, output, leaves, upstream, retain_graph=True)
    return ours, theirs


def _compare(ours: Callable, theirs: Callable, config: LayerSpeed) -> dict:
    """Median milliseconds of both, and the median of the ratios of the rounds."""
    rounds = [
        (clock(ours, config.seconds), clock(theirs, config.seconds))
        for _ in range(config.num_rounds)
    ]
    ours_ms, torch_ms = (round(1e3 * median(times), 4) for times in zip(*rounds, strict=True))
    ratio = round(median(mine / other for mine, other in rounds), 2)
    return {"ours_ms": ours_ms, "torch_ms": torch_ms, "ratio": ratio}


def _check_equal(case: Case, ours: Callable, theirs: Callable) -> None:
    """A layer that is fast and wrong is not timed."""
    if case.draws and case.tensors[0].is_cuda:
        return  # there torch draws its numbers in another order
    values = []
    for side in (ours, theirs):
        torch.manual_seed(SEED_OF_DRAWS)
        value = side()
        values.append(value if isinstance(value, tuple) else (value,))
    found, wanted = values
    # A forward that draws returns its mask, too, which torch keeps for itself.
    for one, other in zip(found[: len(wanted)] if case.draws else found, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-2)


def run(config: LayerSpeed, device: str) -> dict:
    """Measure all layers on one device and return the record."""
    torch.manual_seed(config.seed)
    start = time.perf_counter()
    rows = [row for case in make_cases(device) for row in measure(case, config)]
    return {
        "schema": 1,
        "experiment": "layer_speed",
        "question": QUESTION,
        "config": asdict(config),
        "digest": digest(*module_files([layers.__name__, "course_lib.experiments.layer_speed"])),
        "versions": versions(["torch"]),
        "device": torch.cuda.get_device_name() if device == "cuda" else platform.machine(),
        "threads": torch.get_num_threads(),
        "seconds": round(time.perf_counter() - start, 1),
        "measures": {"rows": rows},
    }


def table(record: dict) -> str:
    """The record as text: milliseconds, and how many times torch's time we take."""
    lines = [
        f"{record['device']}, {record['threads']} thread(s), torch {record['versions']['torch']}"
    ]
    lines += [f"{'layer':19} {'':8} {'ours ms':>10} {'torch ms':>10} {'ratio':>8}  sizes"]
    lines += [
        f"{row['layer']:19} {row['direction']:8} {row['ours_ms']:10.3f} {row['torch_ms']:10.3f} "
        f"{row['ratio']:8.2f}  {row['sizes']}"
        for row in record["measures"]["rows"]
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="layer_speed", description=QUESTION)
    parser.add_argument("--quick", action="store_true", help="seconds; not recorded")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if there is one")
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's)")
    parser.add_argument("--folder", type=Path, help="where the record goes, a quick one too")
    options = parser.parse_args(arguments)
    if options.threads is not None and options.threads < 1:
        parser.error(f"--threads is {options.threads}; it must be at least 1")
    has_cuda = torch.cuda.is_available()
    if options.device == "cuda" and not has_cuda:
        parser.error("--device is cuda; there is no CUDA device here")
    device = options.device or ("cuda" if has_cuda else "cpu")
    torch.set_num_threads(options.threads or torch.get_num_threads())
    # cuDNN may round float32 to 19 bits where matmul does not: both shall do the same work.
    torch.backends.cudnn.allow_tf32 = False
    folder = options.folder or (None if options.quick else results_folder() / "layer_speed")
    record = run(QUICK if options.quick else LayerSpeed(), device)
    print(table(record), flush=True)
    keep(record, folder, device)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
