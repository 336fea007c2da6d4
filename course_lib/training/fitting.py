"""The training loop: shuffle, go through the batches, measure, save; once per epoch."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.training.checkpoints import save_checkpoint
from course_lib.training.evaluation import error_rate
from course_lib.training.history import Epoch, History
from course_lib.training.pacing import Pace
from course_lib.training.progress import ProgressBar
from course_lib.training.resuming import resume

Examples = tuple[Float[Tensor, "_ *image"], Int64[Tensor, "_"]]
BATCHES_BETWEEN_CHECKS = 50


class TrainingDivergedError(RuntimeError):
    """The loss or a weight is no longer a finite number."""


def fit(
    model: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    train: Examples,
    validation: Examples | None = None,
    *,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    schedule: LRScheduler | None = None,
    schedule_each: str = "epoch",
    checkpoint: Path | None = None,
    after_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> History:
    """Train `model` in place on images and labels that lie on its device.

    `loss(scores, labels)` is the mean over a batch. `seed` orders the batches. `schedule` takes
    a step after each epoch, and one that waits for a plateau is told the validation error; with
    schedule_each="batch" it takes a step after each batch. With a folder as `checkpoint` the run
    is saved after each epoch and, called again with the same arguments, goes on where it was; on
    the CPU to the same bits.

    Raises TrainingDivergedError when the loss stops being a finite number.
    """
    _check(model, train, validation, epochs, batch_size)
    num_batches = -(-len(train[0]) // batch_size)
    pace = Pace(schedule, schedule_each, num_batches)
    pace.check(has_validation=validation is not None)
    shuffle = Generator().manual_seed(seed)
    settings = {"seed": seed, "batch_size": batch_size, "num_images": len(train[0])}
    done, seconds = resume(checkpoint, settings, model, optimizer, pace, shuffle)
    with ProgressBar(epochs, len(done), num_batches) as bar:
        for number in range(len(done) + 1, epochs + 1):
            started = time.perf_counter()
            batches = _batches(train, batch_size, shuffle)
            means = _one_epoch(model, loss, optimizer, batches, number, pace, bar)
            error = error_rate(model, *validation) if validation else None
            done.append(Epoch(number, *means, error))
            pace.after_epoch(done[-1])
            seconds += time.perf_counter() - started
            if checkpoint:
                history = {"epochs": [asdict(epoch) for epoch in done], "seconds": seconds}
                progress = {"epoch": number, "settings": settings, **history}
                save_checkpoint(checkpoint, model, optimizer, shuffle, progress)
            after_epoch(done[-1])
    return History(tuple(done), seconds)


def _one_epoch(
    model: nn.Module,
    loss: Callable,
    optimizer: Optimizer,
    batches: Iterator[Examples],
    number: int,
    pace: Pace,
    bar: ProgressBar,
) -> tuple[float, float]:
    """Train on each batch once; the mean loss and the fraction of wrong answers on the way."""
    model.train()
    # Sums stay on the device: reading them after each batch would make a GPU wait.
    total_loss = total_wrong = count = 0
    for step, (images, labels) in enumerate(batches, start=1):
        scores = model(images)
        batch_loss = loss(scores, labels)
        optimizer.zero_grad()
        batch_loss.backward()
        optimizer.step()
        pace.after_batch()
        total_loss += batch_loss.detach() * len(labels)
        total_wrong += (scores.detach().argmax(1) != labels).sum()
        count += len(labels)
        bar.update()
        if step % BATCHES_BETWEEN_CHECKS == 0:
            _stop_if_diverged([total_loss], number, optimizer)
    _stop_if_diverged([total_loss, *model.parameters()], number, optimizer)
    return float(total_loss) / count, int(total_wrong) / count


def _batches(train: Examples, batch_size: int, shuffle: Generator) -> Iterator[Examples]:
    """Every example once, in an order of this epoch's own; the last batch may be smaller."""
    images, labels = train
    order = torch.randperm(len(labels), generator=shuffle).to(labels.device)
    for chosen in order.split(batch_size):
        yield images[chosen], labels[chosen]


def _stop_if_diverged(values: list[Tensor], number: int, optimizer: Optimizer) -> None:
    if all(bool(value.isfinite().all()) for value in values):
        return
    rate = optimizer.param_groups[0]["lr"]
    raise TrainingDivergedError(
        f"In epoch {number} the loss or a weight stopped being a finite number, so training "
        f"stopped. The learning rate is {rate:g}: try {rate / 10:g}. If that does not help, look "
        "for a NaN in the images, and for a logarithm or a division of 0 in the loss."
    )


def _check(
    model: nn.Module, train: Examples, validation: Examples | None, epochs: int, batch_size: int
) -> None:
    """What would fail late, slowly or silently fails here."""
    if epochs < 1 or batch_size < 1:
        raise ValueError(f"epochs is {epochs} and batch_size {batch_size}; both start at 1.")
    device = next(model.parameters()).device
    for name, part in (("train", train), ("validation", validation)):
        if part is None:
            continue
        images, labels = part
        if len(images) != len(labels) or len(labels) == 0:
            raise ValueError(f"{name} has {len(images)} images and {len(labels)} labels.")
        if {images.device, labels.device} != {device}:
            raise ValueError(
                f"The model is on {device}; {name} has images on {images.device} and labels on "
                f"{labels.device}. Move all of it to one device with .to(...)."
            )
