"""When the learning rate moves: after each epoch, told its error, or after each batch."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch.optim.lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from course_lib.optimizers import ReduceLROnPlateau
from course_lib.training.history import Epoch

WATCHERS = (ReduceLROnPlateau, torch.optim.lr_scheduler.ReduceLROnPlateau)


@dataclass(frozen=True)
class Pace:
    """A schedule, if there is one, and how often it takes a step: each "epoch" or "batch"."""

    schedule: LRScheduler | None
    each: str
    num_batches: int  # in an epoch

    def check(self, has_validation: bool) -> None:
        """Raise ValueError where the schedule could not take its steps."""
        if self.each not in ("epoch", "batch"):
            raise ValueError(f"schedule_each is {self.each!r}; say 'epoch' or 'batch'.")
        if isinstance(self.schedule, WATCHERS) and not (has_validation and self.each == "epoch"):
            raise ValueError(
                "schedule, a ReduceLROnPlateau, watches the validation error: give validation "
                f"data (validation is {'given' if has_validation else None}) and "
                f"schedule_each='epoch' (it is {self.each!r})."
            )

    def after_batch(self) -> None:
        if self.schedule and self.each == "batch":
            self.schedule.step()

    def after_epoch(self, epoch: Epoch) -> None:
        if isinstance(self.schedule, WATCHERS):
            self.schedule.step(epoch.validation_error)
        elif self.schedule and self.each == "epoch":
            self.schedule.step()

    def replay(self, epochs: Sequence[Epoch], first_rates: list[float]) -> None:
        """Step a fresh schedule to where it was after these epochs.

        Its state may hold functions, which no file keeps.
        """
        if not self.schedule:
            return
        groups = self.schedule.optimizer.param_groups
        for group, rate in zip(groups, first_rates, strict=True):
            group["lr"] = rate
        with warnings.catch_warnings():
            # torch warns of schedule steps without optimizer steps; those were taken before.
            warnings.simplefilter("ignore")
            for epoch in epochs:
                for _ in range(self.num_batches):
                    self.after_batch()
                self.after_epoch(epoch)
