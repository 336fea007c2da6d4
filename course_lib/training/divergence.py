"""A run whose numbers are no longer finite stops, and says what to try."""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer

from course_lib.training import processes


class TrainingDivergedError(RuntimeError):
    """The loss or a weight is no longer a finite number."""


def stop_if_diverged(values: Iterable[Tensor], number: int, optimizer: Optimizer) -> None:
    """Raise TrainingDivergedError, in every process, if one of them has a value that is none."""
    diverged = not all(bool(value.isfinite().all()) for value in values)
    if not processes.summed(torch.tensor(int(diverged))):
        return
    rate = optimizer.param_groups[0]["lr"]
    raise TrainingDivergedError(
        f"In epoch {number} the loss or a weight stopped being a finite number, so training "
        f"stopped. The learning rate is {rate:g}: try {rate / 10:g}. If that does not help, look "
        "for a NaN in the images, and for a logarithm or a division of 0 in the loss."
    )
