"""Go on with a training run where its checkpoint left it."""

import warnings
from pathlib import Path

from torch import Generator, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.training.checkpoints import load_checkpoint
from course_lib.training.history import Epoch


def resume(
    checkpoint: Path | None,
    settings: dict,
    model: nn.Module,
    optimizer: Optimizer,
    schedule: LRScheduler | None,
    shuffle: Generator,
) -> tuple[list[Epoch], float]:
    """Bring all of these to where they were; the epochs that are done, and their seconds."""
    first_rates = [group["lr"] for group in optimizer.param_groups]
    progress = load_checkpoint(checkpoint, model, optimizer, shuffle) if checkpoint else None
    if progress is None:
        return [], 0.0
    if progress["settings"] != settings:
        raise ValueError(
            f"The checkpoint in {checkpoint} was made with {progress['settings']}, this run has "
            f"{settings}. Give the run another folder, or remove that one to start again."
        )
    if schedule:
        _replay(schedule, progress["epoch"], optimizer, first_rates)
    return [Epoch(**epoch) for epoch in progress["epochs"]], progress["seconds"]


def _replay(
    schedule: LRScheduler, num_epochs: int, optimizer: Optimizer, first_rates: list[float]
) -> None:
    """Step a fresh schedule to where it was: its state may hold functions, which no file keeps."""
    for group, rate in zip(optimizer.param_groups, first_rates, strict=True):
        group["lr"] = rate
    with warnings.catch_warnings():
        # torch warns of schedule steps without optimizer steps; those were taken before.
        warnings.simplefilter("ignore")
        for _ in range(num_epochs):
            schedule.step()
