"""How much of what the device can do do our kernels reach?

    python -m course_lib.experiments.kernel_speed
    python -m course_lib.experiments.kernel_speed --quick     seconds; records nothing

Convolution computes, so it stands beside cuDNN's: the share is torch's time divided by ours. The
others move numbers from and to memory, so they stand beside a plain copy on the same device: the
share is their bytes per second divided by the copy's. Both sides are timed in the same run, after
a check that they give the same numbers. Without a CUDA device there is nothing to measure.
The record is book/results/kernel_speed/cuda.json.
"""

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from course_lib.experiments.pieces.kernel_cases import Case, make_cases
from course_lib.experiments.pieces.timing import clock, keep
from course_lib.provenance import digest, module_files, results_folder, versions

QUESTION = "How much of what the device can do do our kernels reach?"


@dataclass(frozen=True)
class KernelSpeed:
    """The maps of ResNet-18's first stage on ImageNet; all kernels take turns.

    The batch is so large that a kernel takes far longer than its call from Python: otherwise the
    clock would tell how fast Python is.
    """

    seed: int = 0
    batch: int = 512
    image: int = 56
    num_rounds: int = 7
    seconds: float = 0.2  # one measurement of one side


QUICK = KernelSpeed(batch=1, image=6, num_rounds=1, seconds=0.001)


def run(config: KernelSpeed, device: str) -> dict:
    """Measure all kernels on one device and return the record."""
    torch.manual_seed(config.seed)
    block = torch.empty(2**28 if device == "cuda" else 2**10, dtype=torch.uint8, device=device)
    target = torch.empty_like(block)
    cases = make_cases(config.batch, config.image, device)
    return {
        "schema": 1,
        "experiment": "kernel_speed",
        "question": QUESTION,
        "config": asdict(config),
        "digest": digest(*module_files(["course_lib.kernels", __name__])),
        "versions": versions(["torch", "triton"]),
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
        "measures": {
            "rows": [_measure(case, lambda: target.copy_(block), config) for case in cases],
        },
    }


def _measure(case: Case, copy: Callable[[], Tensor], config: KernelSpeed) -> dict:
    """Ours, torch's and a copy take turns; the shares are medians over the rounds."""
    _check_equal(case)
    sides = (case.kernel, case.oracle, copy)
    rounds = [[clock(side, config.seconds) for side in sides] for _ in range(config.num_rounds)]
    ours, theirs, copied = (median(times) for times in zip(*rounds, strict=True))
    row = {"kernel": case.name, "sizes": case.sizes}
    row |= {"ours_ms": round(1e3 * ours, 4), "torch_ms": round(1e3 * theirs, 4)}
    row["share_of_torch"] = round(median(other / mine for mine, other, _ in rounds), 3)
    row["share_of_copy"] = None
    if case.num_bytes is not None:
        bandwidth = 2 * copy().numel()  # a copy reads and writes every byte
        shares = (case.num_bytes / mine / (bandwidth / one) for mine, _, one in rounds)
        row["share_of_copy"] = round(median(shares), 3)
        row["gigabytes_per_second"] = round(case.num_bytes / ours / 1e9, 1)
        row["copy_gigabytes_per_second"] = round(bandwidth / copied / 1e9, 1)
    return row


def _check_equal(case: Case) -> None:
    """Up to a share of the largest number: the gradients of a large batch are all tiny."""
    ours, theirs = _result(case.kernel), _result(case.oracle)
    share = 2e-2 if ours.dtype in (torch.float16, torch.bfloat16) else 1e-3
    largest = theirs.abs().max().item()
    torch.testing.assert_close(ours, theirs, rtol=0, atol=share * largest)


def _result(side: Callable[[], Tensor]) -> Tensor:
    """What one side gives; of a weight that an optimizer moves, how far the next step moves it."""
    given = side()
    if not isinstance(given, torch.nn.Parameter):
        return given
    before = given.detach().clone()
    return side().detach() - before


def table(record: dict) -> str:
    """The record as text: the share of torch's speed, and of a copy's bandwidth."""
    lines = [f"{record['device']}, torch {record['versions']['torch']}"]
    heads = ("kernel", "ours ms", "torch ms", "of torch", "of a copy")
    lines += ["{:22} {:>10} {:>10} {:>9} {:>10}  sizes".format(*heads)]
    for row in record["measures"]["rows"]:
        share = row["share_of_copy"]
        of_copy = "computes" if share is None else f"{share:.0%}"
        lines += [
            f"{row['kernel']:22} {row['ours_ms']:10.3f} {row['torch_ms']:10.3f} "
            f"{row['share_of_torch']:9.0%} {of_copy:>10}  {row['sizes']}"
        ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kernel_speed", description=QUESTION)
    parser.add_argument("--quick", action="store_true", help="seconds; not recorded")
    parser.add_argument("--folder", type=Path, help="where the record goes, a quick one too")
    options = parser.parse_args(arguments)
    if not torch.cuda.is_available():
        print("There is no CUDA device, so the kernels are not timed.")
        return 0
    # Both sides shall multiply whole float32 numbers, not rounded ones.
    torch.backends.cudnn.allow_tf32 = False
    record = run(QUICK if options.quick else KernelSpeed(), "cuda")
    print(table(record), flush=True)
    folder = options.folder or (None if options.quick else results_folder() / "kernel_speed")
    keep(record, folder, "cuda")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
