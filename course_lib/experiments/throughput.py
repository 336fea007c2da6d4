"""How many images a second do our networks take, beside torchvision's?

    python -m course_lib.experiments.throughput
    python -m course_lib.experiments.throughput --threads 2 --networks resnet18 vgg16
    python -m course_lib.experiments.throughput --quick      seconds; records nothing

Both sides get the same batch, the same settings and, where the networks are the same, the same
weights; a check that they answer the same comes first. In each round ours, torchvision's, a large
matrix product and a copy of a large block take turns, and the next round takes them in the opposite
order. So a ratio, a share of the peak (the product's speed) and of the bandwidth (the copy's) are
those of one moment; the table has their medians over the rounds.
The record is book/results/throughput/<device>.json.
"""

import argparse
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

import torch

from course_lib.experiments.pieces import throughput_cases as cases
from course_lib.experiments.pieces.timing import clock, keep
from course_lib.provenance import digest, module_files, results_folder, versions

QUESTION = "How many images a second do our networks take, beside torchvision's?"
TASKS = ("inference", "training")


@dataclass(frozen=True)
class Throughput:
    """`side` is that of the matrices multiplied, `block` the bytes copied."""

    seed: int = 0
    batch: int = 64
    image: int = 224
    networks: tuple[str, ...] = cases.NETWORKS
    num_rounds: int = 7
    seconds: float = 0.2  # one measurement of one side
    side: int = 8192
    block: int = 2**30


ON_CPU = Throughput(batch=8, num_rounds=5, seconds=0.1, side=2048, block=2**28)
QUICK = Throughput(0, 1, 64, ("resnet18", "googlenet"), 1, 0.001, 256, 2**20)


def run(config: Throughput, device: str) -> dict:
    """Measure all networks on one device and return the record."""
    torch.manual_seed(config.seed)
    started = time.perf_counter()
    rows = [row for name in config.networks for row in _rows(name, config, device)]
    return {
        "schema": 1,
        "experiment": "throughput",
        "question": QUESTION,
        "config": asdict(config),
        "digest": digest(*module_files(["course_lib.experiments.throughput"])),
        "versions": versions(["torch", "torchvision"]),
        "device": torch.cuda.get_device_name() if device == "cuda" else platform.machine(),
        "threads": torch.get_num_threads(),
        "seconds": round(time.perf_counter() - started, 1),
        "measures": {"rows": rows},
    }


def _rows(name: str, config: Throughput, device: str) -> list[dict]:
    pair = cases.make_pair(name, device)
    images = torch.randn(config.batch, 3, config.image, config.image, device=device)
    cases.check_equal(pair, images[:2])
    precisions = (cases.FLOAT32, cases.BFLOAT16) if device == "cuda" else (cases.FLOAT32,)
    return [
        _measure(pair, images, task, precision, config)
        for precision in precisions
        for task in TASKS
    ]


def _measure(
    pair: cases.Pair,
    images: torch.Tensor,
    task: str,
    precision: cases.Precision,
    config: Throughput,
) -> dict:
    """One row: medians of all rounds, with the least and the most for the ratio."""
    networks = {"ours": pair.ours, "torchvision": pair.theirs}
    sides = {name: cases.work(each, images, task, precision) for name, each in networks.items()}
    pair.share_weights()  # now: `work` may have laid them out anew
    counts = {
        side: (cases.count_operations(run), cases.count_bytes(run)) for side, run in sides.items()
    }
    matrix = torch.randn(config.side, config.side, device=images.device, dtype=precision.dtype)
    block = torch.zeros(config.block, dtype=torch.uint8, device=images.device)
    target = torch.empty_like(block)
    sides |= {"product": lambda: matrix @ matrix, "copy": lambda: target.copy_(block)}
    rounds = take_turns(sides, config)
    peaks = [2 * config.side**3 / each["product"] for each in rounds]
    bandwidths = [2 * config.block / each["copy"] for each in rounds]  # read and written
    ratios = [each["torchvision"] / each["ours"] for each in rounds]
    row = {
        "network": pair.name,
        "same_network": pair.are_same,
        "task": task,
        "precision": precision.name,
        "sizes": "x".join(map(str, images.shape)),
        "ratio": round(median(ratios), 3),
        "least_ratio": round(min(ratios), 3),
        "most_ratio": round(max(ratios), 3),
        "peak_gigaflops": round(median(peaks) / 1e9, 1),
        "bandwidth_gigabytes": round(median(bandwidths) / 1e9, 1),
    }
    for side, (operations, num_bytes) in counts.items():
        times = [each[side] for each in rounds]
        row[side] = {
            "images_per_second": round(len(images) / median(times), 2),
            "gigaflops_of_a_batch": round(operations / 1e9, 2),
            "gigabytes_of_a_batch": round(num_bytes / 1e9, 3),
            "share_of_peak": _share(operations, times, peaks),
            "share_of_bandwidth": _share(num_bytes, times, bandwidths),
        }
    return row


def take_turns(sides: dict[str, Callable[[], object]], config: Throughput) -> list[dict]:
    """Seconds of a call of each side, round by round; every second round goes backward."""
    names = list(sides)
    return [
        {
            name: clock(sides[name], config.seconds)
            for name in (names if turn % 2 == 0 else names[::-1])
        }
        for turn in range(config.num_rounds)
    ]


def _share(amount: int, times: list[float], limits: list[float]) -> float:
    return round(median(amount / one / limit for one, limit in zip(times, limits, strict=True)), 4)


def table(record: dict) -> str:
    """The record as text; a ratio above 1 means that ours takes more images."""
    lines = [
        f"{record['device']}, {record['threads']} thread(s), torch {record['versions']['torch']}"
    ]
    by_settings: dict[str, list[dict]] = {}
    for row in record["measures"]["rows"]:
        by_settings.setdefault(f"{row['sizes']}, {row['precision']}", []).append(row)
    heads = ("task", "ours/s", "theirs/s", "ratio", "from", "to", "of peak", "of memory")
    for settings, rows in by_settings.items():
        lines += ["{:21} {:9} {:>8} {:>8} {:>5} {:>5} {:>5} {:>7} {:>9}".format(settings, *heads)]
        lines += map(_line, rows)
    if not all(row["same_network"] for row in record["measures"]["rows"]):
        lines += ["* torchvision's is another network; the file in architectures says how."]
    return "\n".join(lines)


def _line(row: dict) -> str:
    ours, theirs = row["ours"], row["torchvision"]
    return (
        f"{row['network'] + '*' * (not row['same_network']):21} {row['task']:9} "
        f"{ours['images_per_second']:8.1f} {theirs['images_per_second']:8.1f} {row['ratio']:5.2f} "
        f"{row['least_ratio']:5.2f} {row['most_ratio']:5.2f} {ours['share_of_peak']:7.0%} "
        f"{ours['share_of_bandwidth']:9.0%}"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="throughput", description=QUESTION)
    parser.add_argument("--quick", action="store_true", help="seconds; not recorded")
    parser.add_argument(
        "--networks", nargs="+", choices=cases.NETWORKS, help="default: all of them"
    )
    parser.add_argument("--threads", type=int, help="CPU threads (default: torch's)")
    parser.add_argument("--folder", type=Path, help="where the record goes, a quick one too")
    options = parser.parse_args(arguments)
    if options.threads is not None and options.threads < 1:
        parser.error(f"--threads is {options.threads}; it must be at least 1")
    torch.set_num_threads(options.threads or torch.get_num_threads())
    # cuDNN would round float32 to 19 bits where a matrix product does not.
    torch.backends.cudnn.allow_tf32 = False
    device = "cuda" if torch.cuda.is_available() else "cpu"
    record = run(_settings(options, device), device)
    print(table(record), flush=True)
    some = options.quick or options.networks
    folder = options.folder or (None if some else results_folder() / "throughput")
    keep(record, folder, device)
    return 0


def _settings(options: argparse.Namespace, device: str) -> Throughput:
    config = QUICK if options.quick else Throughput() if device == "cuda" else ON_CPU
    return replace(config, networks=tuple(options.networks or config.networks))


if __name__ == "__main__":
    raise SystemExit(main())
