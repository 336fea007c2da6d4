"""Run an experiment and write its record to book/results/EXPERIMENT/seedK.json.

    course train --list
    course train depth_degradation --seed 0
    course train depth_degradation --scale laptop   what two CPU cores do in minutes to hours
    course train depth_degradation --quick          seconds, on embedded data
    course train --missing --budget 3600            an hour on what has no record yet, or only one
                                                    of a smaller scale
    course train --missing depth_degradation        what of one experiment is still to be made

A run that was killed goes on where it was when the same line is typed again. A record of a larger
scale is replaced by a smaller one only with --replace. Several processes, one for each GPU, share
the work of a run:

    torchrun --nproc-per-node 2 --no-python course train depth_degradation
"""

import argparse
import ast
import time
from dataclasses import fields, replace
from pathlib import Path

import torch

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Experiment
from course_lib.experiments.frame.making import make_missing
from course_lib.experiments.frame.missing import at_scale, missing
from course_lib.experiments.frame.steps import BudgetSpentError
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.provenance import results_folder
from course_lib.training import say
from course_lib.training.processes import joined


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", nargs="?", metavar="EXPERIMENT")
    parser.add_argument("--list", action="store_true", help="name the experiments and stop")
    parser.add_argument("--seed", type=int, metavar="K", help="default: 0")
    parser.add_argument(
        "--scale",
        choices=("paper", "laptop"),
        help="the paper's settings, or what two CPU cores do in minutes to hours (default: paper, "
        "and with --missing on a CPU laptop)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting, such as epochs=5; the record says so",
    )
    parser.add_argument(
        "--quick", action="store_true", help="seconds, on embedded data; recorded in _build/quick"
    )
    parser.add_argument(
        "--missing",
        action="store_true",
        help="run what has no record yet, or only one of a smaller scale; with EXPERIMENT, of that",
    )
    parser.add_argument(
        "--budget",
        type=float,
        metavar="SECONDS",
        help="stop at the end of the epoch or step in which this time ends; the same line goes on",
    )
    parser.add_argument("--device", help="such as cpu or cuda (default: cuda where there is one)")
    parser.add_argument("--threads", type=int, metavar="T", help="CPU threads (default: torch's)")
    # Not --log: torchrun takes what looks like the beginning of an option of its own.
    parser.add_argument(
        "--lines", type=Path, metavar="FOLDER", help="gets a line of JSON per epoch of each network"
    )
    parser.add_argument("--results", type=Path, metavar="FOLDER", help="where records go")
    parser.add_argument(
        "--replace", action="store_true", help="replace a record also where it is of a larger scale"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.list:
        print("\n".join(map(_summary, EXPERIMENTS)))
        return 0
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    if arguments.threads is not None:
        if arguments.threads < 1:
            raise ValueError(f"--threads is {arguments.threads}; give 1 or more.")
        torch.set_num_threads(arguments.threads)
    with joined(device) as device:
        _use(device)
        return _run_missing(arguments, device) if arguments.missing else _run_one(arguments, device)


def _run_one(arguments: argparse.Namespace, device: str) -> int:
    if arguments.experiment is None:
        raise ValueError("name an EXPERIMENT; `course train --list` shows them.")
    seed = arguments.seed or 0
    if seed < 0:
        raise ValueError(f"--seed is {seed}; give 0 or more.")
    if arguments.quick and (arguments.set or arguments.scale):
        raise ValueError("--quick has settings of its own; leave out --scale and --set.")
    experiment = at_scale(find_experiment(arguments.experiment), arguments.scale or "paper")
    experiment = replace(experiment, **_settings(arguments.set, experiment))
    budget = float("inf") if arguments.budget is None else arguments.budget
    try:
        run_experiment(
            experiment,
            seed,
            arguments.quick,
            device,
            results=arguments.results,
            deadline=time.monotonic() + budget,
            logs=arguments.lines,
            replace=arguments.replace,
        )
    except BudgetSpentError:
        say(f"The {budget:g} seconds are over; the same line goes on from here.")
    return 0


def _run_missing(arguments: argparse.Namespace, device: str) -> int:
    if arguments.seed is not None or arguments.quick or arguments.set:
        raise ValueError(
            "--missing goes through all seeds with their own settings; leave out --seed, --quick "
            "and --set."
        )
    name, results = arguments.experiment, arguments.results
    scale = arguments.scale or ("laptop" if device == "cpu" else "paper")
    if arguments.budget is None:
        say("\n".join(map(str, missing(scale, results, name))) or "Nothing is missing.")
        say("Give --budget SECONDS to make them.")
        return 0
    made, left_out = make_missing(
        scale,
        arguments.budget,
        device,
        results,
        name,
        logs=arguments.lines,
        replace=arguments.replace,
    )
    left = len(missing(scale, results, name))
    say(f"{len(made)} records made, {left} still missing.")
    return 1 if left_out else 0


def _settings(words: list[str], experiment: Experiment) -> dict:
    """Settings as one types them, NAME=VALUE, with values as Python writes them."""
    known = {field.name for field in fields(experiment)}
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in known or not value:
            raise ValueError(
                f"--set {word}: give NAME=VALUE, with a NAME of {', '.join(sorted(known))}."
            )
        found[name] = _value(value)
        wanted = type(getattr(experiment, name))
        if wanted is float and type(found[name]) is int:
            found[name] = float(found[name])
        if not isinstance(found[name], wanted):
            raise ValueError(f"--set {word}: {name} is of type {wanted.__name__}.")
    return found


def _value(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text  # a word, such as mnist_5k


def _use(device: str) -> None:
    """Check that it is there; of several GPUs, make it the one whose random numbers are kept."""
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"--device {device} cannot be used here: {reason}") from error
    wanted = torch.device(device)
    if wanted.type == "cuda" and wanted.index is not None:
        torch.cuda.set_device(wanted)


def _summary(name: str) -> str:
    """One experiment: its name, its question, and the seeds that have a record."""
    seeds = sorted(
        path.stem.removeprefix("seed") for path in results_folder().glob(f"{name}/*.json")
    )
    recorded = f"recorded seeds: {', '.join(seeds)}" if seeds else "no record yet"
    return f"{name:20}  {find_experiment(name).question} ({recorded})"
