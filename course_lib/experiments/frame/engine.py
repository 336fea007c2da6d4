"""Run an experiment and write its record."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import torch

from course_lib.experiments.frame.experiment import (
    Experiment,
    Findings,
    Settled,
    as_recorded,
    cannot_tell,
    is_smaller,
)
from course_lib.experiments.frame.locks import alone_in
from course_lib.experiments.frame.steps import RefusedError, Run
from course_lib.provenance import (
    digest,
    instructions,
    module_files,
    repository,
    results_folder,
    versions,
)
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
    replace: bool = False,
    keep_in: Path | None = None,
) -> Path:
    """Answer the question of an experiment for one seed; returns the path of the record.

    A run that was killed goes on where it was when it is started again. A quick run is recorded
    under `_build/quick`. A record of a larger scale is replaced only with `replace`. After
    `deadline`, a moment of `time.monotonic`, a run stops with BudgetSpentError, and goes on later
    in the same way. `logs` gets a folder with a line of JSON per epoch of every network that is
    trained. The record is kept in `keep_in`, if given, in place of `results`. Of several processes
    (`course_lib.training.processes`) the first writes all of this.

    Raises RefusedError before anything is computed, BusyError where another process is at it.
    """
    settled = Settled(experiment.quick() if quick else experiment, is_quick=quick)
    experiment = settled.experiment
    results = results or (_workplace() / "_build" / "quick" if quick else results_folder())
    _refuse_idle_processes(experiment)
    if not replace:
        processes.by_first(lambda: _spare_larger_record(settled, seed, results, keep_in))
    code = digest(*module_files([type(experiment).__module__, __name__]))
    folder = _checkpoint_folder(experiment, seed, device, code, checkpoints)
    logs = logs and logs / experiment.name / f"seed{seed}"
    with alone_in(folder), _whole_float32(device):
        if folder.exists():
            say(f"going on from {folder}")
        run = Run(seed, device, folder, deadline, logs)
        findings = experiment.run(run)
        return processes.by_first(lambda: _keep(settled, findings, run, code, keep_in or results))


def checkpoints_folder() -> Path:
    """Where unfinished runs lie: beside the repository's files, or in the working folder."""
    return _workplace() / ".checkpoints"


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
        versions=_versions(run.device),
        device=_device_name(run.device),
        seconds=run.seconds,
        epochs=findings.epochs,
        test={"error": None if error is None else round(error, 6)},
        measures=dict(findings.measures),
    )


def _refuse_idle_processes(experiment: Experiment) -> None:
    if processes.count() > 1 and not experiment.shares_work:
        raise RefusedError(
            f"{experiment.name} does not share its work among processes: each would do all of it. "
            "Run it in one process; on several GPUs one for each, with CUDA_VISIBLE_DEVICES=K and "
            "a --seed of its own."
        )


def _spare_larger_record(settled: Settled, seed: int, results: Path, keep_in: Path | None) -> None:
    name = settled.experiment.name
    if not (results / name / f"seed{seed}.json").exists():
        return
    try:
        found = record(name, seed, results)
    except ValueError:
        if settled.is_quick:
            raise  # it may have been a full one
        return
    words = f"of {name} with seed {seed} ({found.scale['kind']}: {found.scale['note'].rstrip('.')})"
    otherwise = "Give another folder with --results, or give --replace."
    if is_smaller(settled.scale, found.scale):
        raise RefusedError(
            f"{results} holds a larger record {words}. A smaller run ({settled.scale['kind']}) "
            f"does not replace it. {otherwise}"
        )
    same = found.config == as_recorded(settled.experiment)
    if not same and keep_in is None and cannot_tell(settled.scale, found.scale):
        raise RefusedError(
            f"{results} holds a record {words}. It has other settings, and which of the two is "
            f"the larger run cannot be told. {otherwise}"
        )


def _checkpoint_folder(
    experiment: Experiment, seed: int, device: str, code: str, checkpoints: Path | None
) -> Path:
    """A folder of this code with these settings alone: others must not go on from it."""
    # The number of CPU threads may change the last bits, of what is computed there.
    computed = [_gpu(device)] if _is_cuda(device) else [device, torch.get_num_threads()]
    computed += [processes.count(), torch.__version__]
    settings = json.dumps([asdict(experiment), *computed])
    identity = digest(code, settings)[:12]
    return (checkpoints or checkpoints_folder()) / experiment.name / f"seed{seed}-{identity}"


def _workplace() -> Path:
    return repository() or Path.cwd()


@contextmanager
def _whole_float32(device: str) -> Iterator[None]:
    """Where cuDNN may, it rounds float32 to 19 bits, which a matrix product does not."""
    if not _is_cuda(device):
        yield
        return
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before


def _versions(device: str) -> dict[str, str]:
    found = versions(["numpy", "torch"])
    if _is_cuda(device):
        found |= {"cuda": str(torch.version.cuda), "cudnn": str(torch.backends.cudnn.version())}
    else:
        found |= {"instructions": instructions()}
    return found


def _device_name(device: str) -> str:
    """What it was computed on; some measures are seconds of the CPU also where there is a GPU."""
    threads = torch.get_num_threads()
    if _is_cuda(device):
        name = f"{_gpu(device)} (CPU threads: {threads})"
    else:
        name = f"{device} (threads: {threads})"
    return name if processes.count() == 1 else f"{processes.count()} processes, each on {name}"


def _gpu(device: str) -> str:
    return torch.cuda.get_device_name(device)


def _is_cuda(device: str) -> bool:
    return device.startswith("cuda")
