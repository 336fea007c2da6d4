"""The training loop: shuffle, go through the batches, measure, save; once per epoch."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.data.augmentation import Augmentation
from course_lib.data.evaluation_mode import in_evaluation
from course_lib.training import processes
from course_lib.training.batches import Batch, Batches, Examples
from course_lib.training.divergence import stop_if_diverged
from course_lib.training.draws import own_draws
from course_lib.training.evaluation import predictions
from course_lib.training.execution import Execution
from course_lib.training.history import Epoch, History
from course_lib.training.logs import Logs
from course_lib.training.pacing import Pace
from course_lib.training.progress import ProgressBar
from course_lib.training.resuming import Progress, Resumable
from course_lib.training.stepping import Step

PLAIN = Execution()
BATCHES_BETWEEN_CHECKS = 50


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
    augment: Augmentation | None = None,
    execution: Execution = PLAIN,
    checkpoint: Path | None = None,
    log: Path | None = None,
    tensorboard: Path | None = None,
    after_epoch: Callable[[Epoch], bool | None] = lambda epoch: None,
) -> History:
    """Train `model` in place on images and labels that lie on its device.

    `loss(scores, labels)` is the mean over a batch. `seed` orders the batches. `schedule` takes
    a step after each epoch, and one that waits for a plateau is told the validation error; with
    schedule_each="batch" it takes a step after each batch. `augment` changes the images of each
    batch, as bytes if they are bytes; what becomes of an image follows from the seed, the epoch
    and its place in `train`. `execution` says how all of it is computed.

    With a folder as `checkpoint` the run is saved after each epoch and, called again with the
    same arguments, goes on where it was; on the CPU to the same bits. The file `log` gets a line
    of JSON per epoch: `Epoch`, the learning rate it ended with, its seconds, and the images per
    second of its training; the folder `tensorboard` gets the same as curves.
    `after_epoch` is called before an epoch is saved; if it returns True, training ends with it.

    Where torchrun started several processes (`course_lib.training.processes`), each computes its
    share of every batch and of the validation, and all take one step together. What comes out
    is what one process finds but for rounding, and for two things: dropout draws other numbers,
    and batch normalization takes its means from a process's own share, its running means from
    those of the first process. The first alone writes.

    Raises TrainingDivergedError when the loss stops being a finite number.
    """
    processes.require_joined()
    _check(model, train, validation, epochs, batch_size)
    shuffle = Generator().manual_seed(seed)
    batches = Batches(train, batch_size, seed, shuffle, augment)
    pace = Pace(schedule, schedule_each, len(batches))
    pace.check(has_validation=validation is not None)
    settings = {"seed": seed, "batch_size": batch_size, "num_images": len(train[0])}
    run = Resumable(checkpoint, settings, model, optimizer, shuffle)
    step = Step(execution.forward(model), loss, optimizer, execution, pace)
    with execution.applied_to(model), own_draws():
        done = run.resume(pace)
        with (
            ProgressBar(epochs, len(done.epochs), len(batches)) as bar,
            closing(Logs(log, tensorboard, len(done.epochs))) as logs,
        ):
            while len(done.epochs) < epochs and not done.ended:
                logs.write(_one_epoch(model, step, batches, validation, done, bar))
                epoch = done.epochs[-1]
                try:
                    done.ended = processes.together(lambda epoch=epoch: bool(after_epoch(epoch)))
                finally:
                    # After it: what it draws or changes belongs to the epoch that it ends.
                    run.save(done)
    return History(tuple(done.epochs), done.seconds)


def _one_epoch(
    model: nn.Module,
    step: Step,
    batches: Batches,
    validation: Examples | None,
    done: Progress,
    bar: ProgressBar,
) -> dict:
    """Train, measure, move the learning rate; adds to `done`, and gives the line of the log."""
    started = time.perf_counter()
    number = len(done.epochs) + 1
    means = _train(model, step, batches.epoch(number), number, bar)
    trained = time.perf_counter()
    epoch = Epoch(number, *means, _error(model, step.forward, validation))
    rate = step.optimizer.param_groups[0]["lr"]
    step.pace.after_epoch(epoch)
    seconds = time.perf_counter() - started
    done.epochs.append(epoch)
    done.seconds += seconds
    return asdict(epoch) | {
        "learning_rate": float(rate),
        "seconds": round(seconds, 3),
        "images_per_second": round(len(batches.train[1]) / (trained - started), 1),
    }


def _train(
    model: nn.Module, step: Step, batches: Iterator[Batch], number: int, bar: ProgressBar
) -> tuple[float, float]:
    """Train on each batch once; the mean loss and the fraction of wrong answers on the way."""
    model.train()
    # Sums stay on the device: reading them after each batch would make a GPU wait.
    total_loss = total_wrong = count = 0
    for index, batch in enumerate(batches, start=1):
        loss, num_wrong = step(batch)
        total_loss += loss
        total_wrong += num_wrong
        count += batch.num_in_all
        bar.update()
        if index % BATCHES_BETWEEN_CHECKS == 0:
            stop_if_diverged([total_loss], number, step.optimizer)
    stop_if_diverged([total_loss, *model.parameters()], number, step.optimizer)
    sums = torch.tensor([float(total_loss), int(total_wrong)], dtype=torch.float64)
    mean_loss, error = (processes.summed(sums) / count).tolist()
    return mean_loss, error


def _error(
    model: nn.Module, forward: Callable[[Tensor], Tensor], validation: Examples | None
) -> float | None:
    """The fraction of wrong answers; each process counts those of its share of the images."""
    # The running means of batch normalization are each process's own until here.
    processes.take_from_first(model.buffers())
    if validation is None:
        return None
    images, labels = (processes.share(part) for part in validation)
    num_wrong = torch.zeros((), dtype=torch.int64)
    if len(labels):
        with in_evaluation(model):
            num_wrong += (predictions(forward, images) != labels).sum().cpu()
    return int(processes.summed(num_wrong)) / len(validation[1])


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
