"""Run an experiment and write its record."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from course_lib.experiments.frame.experiment import Experiment, Findings, Settled
from course_lib.experiments.frame.steps import Run
from course_lib.provenance import digest, module_files, repository, results_folder, versions
from course_lib.training import Record, processes, record, say, write_record
from course_lib.training.checkpoints import remove_checkpoint


def run_experiment(
    experiment: Experiment,
    seed: int,
    quick: bool = False,
    device: str = "cpu",
    results: Path | None = None,
    checkpoints: Path | None = None,
    deadline: float = float("inf"),
    logs: Path | None = None,
) -> Path:
    """Answer the question of an experiment for one seed; returns the path of the record.

    A run that was killed goes on where it was when it is started again. A quick run is recorded
    under `_build/quick`, never in place of a full one. After `deadline`, a moment of
    `time.monotonic`, a run stops with BudgetSpentError, and goes on later in the same way.
    `logs` gets a folder with a line of JSON per epoch of every network that is trained. Of several
    processes (`course_lib.training.processes`) the first writes all of this.
    """
    settled = Settled(experiment.quick() if quick else experiment, is_quick=quick)
    experiment = settled.experiment
    results = results or (_workplace() / "_build" / "quick" if quick else results_folder())
    _spare_full_record(experiment.name, seed, quick, results)
    code = digest(*module_files([type(experiment).__module__, __name__]))
    folder = _checkpoint_folder(experiment, seed, device, code, checkpoints)
    if folder.exists():
        say(f"going on from {folder}")
    logs = logs and logs / experiment.name / f"seed{seed}"
    run = Run(seed, device, folder, deadline, logs)
    findings = experiment.run(run)
    return processes.by_first(lambda: _keep(settled, findings, run, code, results))


def _keep(settled: Settled, findings: Findings, run: Run, code: str, results: Path) -> Path:
    """Write the record, and clear away what is needed no more."""
    made = _record(settled, findings, run, code)
    path = write_record(made, findings.weights, results)
    remove_checkpoint(run.folder)
    error = made.test["error"]
    say(f"{'' if error is None else f'test error {error:.2%}; '}the record is {path}")
    return path


def _record(settled: Settled, findings: Findings, run: Run, code: str) -> Record:
    experiment, error = settled.experiment, findings.test_error
    return Record(
        experiment=experiment.name,
        question=experiment.question,
        seed=run.seed,
        config=asdict(experiment),
        scale=settled.scale,
        digest=code,
        versions=versions(["numpy", "torch"]),
        device=_device_name(run.device),
        seconds=run.seconds,
        epochs=findings.epochs,
        test={"error": None if error is None else round(error, 6)},
        measures=dict(findings.measures),
    )


def _spare_full_record(name: str, seed: int, quick: bool, results: Path) -> None:
    if not quick or not (results / name / f"seed{seed}.json").exists():
        return
    if record(name, seed, results).scale["kind"] != "quick":
        raise ValueError(
            f"{results} holds the record of a full run of {name} with seed {seed}; a quick run "
            "does not replace it. Give another folder with --results."
        )


def _checkpoint_folder(
    experiment: Experiment, seed: int, device: str, code: str, checkpoints: Path | None
) -> Path:
    """A folder of this code with these settings alone: others must not go on from it."""
    computed = [device, torch.get_num_threads(), processes.count()]
    settings = json.dumps([asdict(experiment), *computed])
    identity = digest(code, settings)[:12]
    place = checkpoints or _workplace() / ".checkpoints"
    return place / experiment.name / f"seed{seed}-{identity}"


def _workplace() -> Path:
    return repository() or Path.cwd()


def _device_name(device: str) -> str:
    if device.startswith("cuda"):
        name = torch.cuda.get_device_name(device)
    else:
        name = f"{device} (threads: {torch.get_num_threads()})"
    return name if processes.count() == 1 else f"{processes.count()} processes, each on {name}"
