"""Run an experiment: load, train, look once at the test set, write the record."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from jaxtyping import Int64
from torch import Tensor, nn

from course_lib.data import load, split_off
from course_lib.experiments.digits import DigitExperiment
from course_lib.provenance import digest, module_files, repository, results_folder, versions
from course_lib.training import (
    Epoch,
    History,
    Record,
    fit,
    predictions,
    record,
    say,
    write_record,
)
from course_lib.training.checkpoints import remove_checkpoint

# One cut for all seeds, so that their spread is that of training alone.
VALIDATION_SEED = 0


def run_experiment(
    experiment: DigitExperiment,
    seed: int,
    quick: bool = False,
    device: str = "cpu",
    results: Path | None = None,
    checkpoints: Path | None = None,
) -> Path:
    """Answer the question of an experiment for one seed; returns the path of the record.

    A run that was killed goes on after the last whole epoch when it is started again. A quick
    run is recorded under `_build/quick`, never in place of a full one.
    """
    experiment = experiment.quick() if quick else experiment
    results = results or (_workplace() / "_build" / "quick" if quick else results_folder())
    _spare_full_record(experiment.name, seed, quick, results)
    code = digest(*module_files([type(experiment).__module__, __name__]))
    checkpoint = _checkpoint_folder(experiment, seed, device, code, checkpoints)
    train, validation = _training_digits(experiment, device)
    model, history = _train(experiment, seed, device, train, validation, checkpoint)
    made = _record(experiment, seed, quick, device, code, len(train[1]), model, history)
    path = write_record(made, model.state_dict(), results)
    remove_checkpoint(checkpoint)
    say(f"test error {made.test['error']:.2%}; the record is {path}")
    return path


def _record(
    experiment: DigitExperiment,
    seed: int,
    quick: bool,
    device: str,
    code: str,
    num_images: int,
    model: nn.Module,
    history: History,
) -> Record:
    """Measure the trained network, and put down all that was done."""
    found, labels = _look_at_the_test_set(experiment, model, device)
    return Record(
        experiment=experiment.name,
        question=experiment.question,
        seed=seed,
        config=asdict(experiment),
        scale=_scale(experiment, quick, num_images),
        digest=code,
        versions=versions(["numpy", "torch"]),
        device=_device_name(device),
        seconds=round(history.seconds, 1),
        epochs=history.epochs,
        test={"error": round((found != labels).sum().item() / len(labels), 6)},
        measures=_measures(experiment, model, found, labels),
    )


def _training_digits(experiment: DigitExperiment, device: str) -> tuple[tuple, tuple]:
    """Training and validation digits, prepared, on the device for the whole run."""
    images, labels = load(experiment.data, "train")
    parts = split_off(images, labels, experiment.num_validation, VALIDATION_SEED)
    train, validation = (
        (experiment.prepare(part).to(device), targets.to(device)) for part, targets in parts
    )
    return train, validation


def _train(
    experiment: DigitExperiment,
    seed: int,
    device: str,
    train: tuple,
    validation: tuple,
    checkpoint: Path,
) -> tuple[nn.Module, History]:
    torch.manual_seed(seed)
    model = experiment.model().to(device)
    optimizer, schedule = experiment.optimizer(model)
    if checkpoint.exists():
        say(f"going on from {checkpoint}")
    history = fit(
        model,
        experiment.loss,
        optimizer,
        train,
        validation,
        epochs=experiment.epochs,
        batch_size=experiment.batch_size,
        seed=seed,
        schedule=schedule,
        checkpoint=checkpoint,
        after_epoch=lambda epoch: say(_line(epoch, experiment.epochs)),
    )
    return model, history


def _look_at_the_test_set(
    experiment: DigitExperiment, model: nn.Module, device: str
) -> tuple[Int64[Tensor, "n"], Int64[Tensor, "n"]]:
    """What the trained network says, and what is right: the one use of the test set."""
    images, labels = load(experiment.data, "test")
    return predictions(model, experiment.prepare(images).to(device)).cpu(), labels


def _measures(
    experiment: DigitExperiment,
    model: nn.Module,
    found: Int64[Tensor, "n"],
    labels: Int64[Tensor, "n"],
) -> dict:
    """`confusion[i][j]` counts test digits i that the network took for j."""
    confusion = torch.bincount(labels * 10 + found, minlength=100).reshape(10, 10)
    num_parameters = sum(parameter.numel() for parameter in model.parameters())
    own = {"num_parameters": num_parameters, "confusion": confusion.tolist()}
    return experiment.measures | own


def _scale(experiment: DigitExperiment, quick: bool, num_images: int) -> dict:
    """How much of the paper's training this was, counted in images seen."""
    in_paper = experiment.paper_epochs * experiment.paper_num_images
    share = round(experiment.epochs * num_images / in_paper, 4)
    note = (
        f"{experiment.epochs} passes through {num_images:,} digits, "
        f"{experiment.num_validation:,} more kept for validation; the paper: "
        f"{experiment.paper_epochs} passes through {experiment.paper_num_images:,}."
    )
    # The digits kept for validation are the only ones we let go of: still the paper's scale.
    full = "paper" if share > 0.9 else "fraction"
    return {"kind": "quick" if quick else full, "of_paper": share, "note": note}


def _spare_full_record(name: str, seed: int, quick: bool, results: Path) -> None:
    if not quick or not (results / name / f"seed{seed}.json").exists():
        return
    if record(name, seed, results).scale["kind"] != "quick":
        raise ValueError(
            f"{results} holds the record of a full run of {name} with seed {seed}; a quick run "
            "does not replace it. Give another folder with --results."
        )


def _checkpoint_folder(
    experiment: DigitExperiment, seed: int, device: str, code: str, checkpoints: Path | None
) -> Path:
    """A folder of this code with these settings alone: others must not go on from it."""
    settings = json.dumps([asdict(experiment), device, torch.get_num_threads()])
    identity = digest(code, settings)[:12]
    place = checkpoints or _workplace() / ".checkpoints"
    return place / experiment.name / f"seed{seed}-{identity}"


def _workplace() -> Path:
    return repository() or Path.cwd()


def _device_name(device: str) -> str:
    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"{device} (threads: {torch.get_num_threads()})"


def _line(epoch: Epoch, epochs: int) -> str:
    return (
        f"epoch {epoch.epoch:>{len(str(epochs))}} of {epochs}: loss {epoch.train_loss:.4f}, "
        f"error {epoch.train_error:.2%}, on validation {epoch.validation_error:.2%}"
    )
