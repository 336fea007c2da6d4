"""Train one network of an experiment on pictures, and measure it: a step that can be resumed."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.data.augmentation import Augmentation
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import Centered, Pictures, seeded
from course_lib.training import Execution, error_rate, fit

PLAIN = Execution()


def train_classifier(
    run: Run,
    name: str,
    build: Callable[[], nn.Module],
    pictures: Pictures,
    optimizer: Callable[[nn.Module], tuple[Optimizer, LRScheduler | None]],
    *,
    epochs: int,
    batch_size: int,
    augment: Augmentation | None = None,
    loss: Callable = F.cross_entropy,
    schedule_each: str = "epoch",
    execution: Execution = PLAIN,
    measure: Callable[[nn.Module], dict] = lambda model: {},
    test: bool = True,
) -> dict:
    """Build, train and measure the network called `name`, as one step of the run.

    Returns {seconds, num_parameters, epochs, validation_error, test_error} and what `measure`
    finds of the trained network. The validation error is measured as the network is trained, in
    bfloat16 where `execution` says so, the test error in float32. `optimizer(model)` gives the
    optimizer and the schedule, which steps each "epoch" or "batch". `test=False`, where something
    is being chosen, leaves the test set alone.
    """

    def make(folder: Path) -> dict:
        network = seeded(build, run.seed, run.device)
        model = Centered(network, pictures.centering).to(run.device)
        moves, schedule = optimizer(model)
        history = fit(
            model,
            loss,
            moves,
            pictures.train,
            pictures.validation,
            epochs=epochs,
            batch_size=batch_size,
            seed=run.seed,
            schedule=schedule,
            schedule_each=schedule_each,
            augment=augment,
            execution=execution,
            checkpoint=folder,
            log=run.logs and run.logs / f"{name}.jsonl",
            after_epoch=run.after_epoch(epochs, name),
        )
        return {
            "seconds": round(history.seconds, 1),
            "num_parameters": sum(parameter.numel() for parameter in network.parameters()),
            "epochs": [asdict(epoch) for epoch in history.epochs],
            "validation_error": history.epochs[-1].validation_error,
            "test_error": error_rate(model, *pictures.test) if test else None,
        } | measure(network)

    return run.step(name, make)
