"""Go on with a training run where its checkpoint left it."""

from pathlib import Path

from torch import Generator, nn
from torch.optim import Optimizer

from course_lib.training.checkpoints import load_checkpoint
from course_lib.training.history import Epoch
from course_lib.training.pacing import Pace


def resume(
    checkpoint: Path | None,
    settings: dict,
    model: nn.Module,
    optimizer: Optimizer,
    pace: Pace,
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
    epochs = [Epoch(**epoch) for epoch in progress["epochs"]]
    pace.replay(epochs, first_rates)
    return epochs, progress["seconds"]
