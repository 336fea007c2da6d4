"""Run an experiment and write its record to book/results/EXPERIMENT/seedK.json.

    course train --list
    course train lenet_modern_mnist --seed 0
    course train lenet_modern_mnist --quick     seconds, on the embedded digits

A run that was killed goes on where it was when the same line is typed again.
"""

import argparse
from pathlib import Path

import torch

from course_lib.experiments.engine import run_experiment
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.provenance import results_folder


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", nargs="?", metavar="EXPERIMENT")
    parser.add_argument("--list", action="store_true", help="name the experiments and stop")
    parser.add_argument("--seed", type=int, default=0, metavar="K", help="default: 0")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="2 epochs on mnist_5k, recorded under _build/quick",
    )
    parser.add_argument("--device", help="such as cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--threads", type=int, metavar="T", help="CPU threads (default: torch's)")
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where records go")


def run(arguments: argparse.Namespace) -> int:
    if arguments.list:
        print("\n".join(map(_summary, EXPERIMENTS)))
        return 0
    if arguments.experiment is None:
        raise ValueError("name an EXPERIMENT; `course train --list` shows them.")
    experiment = find_experiment(arguments.experiment)
    if arguments.seed < 0:
        raise ValueError(f"--seed is {arguments.seed}; give 0 or more.")
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    _check_device(device)
    if arguments.threads is not None:
        if arguments.threads < 1:
            raise ValueError(f"--threads is {arguments.threads}; give 1 or more.")
        torch.set_num_threads(arguments.threads)
    run_experiment(experiment, arguments.seed, arguments.quick, device, results=arguments.results)
    return 0


def _check_device(device: str) -> None:
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"--device {device} cannot be used here: {reason}") from error


def _summary(name: str) -> str:
    """One experiment: its name, its question, and the seeds that have a record."""
    seeds = sorted(
        path.stem.removeprefix("seed") for path in results_folder().glob(f"{name}/*.json")
    )
    recorded = f"recorded seeds: {', '.join(seeds)}" if seeds else "no record yet"
    return f"{name:20}  {find_experiment(name).question} ({recorded})"
