"""Divide the learning rate by 10 when the validation error stops falling."""

import math

from torch.optim import Optimizer

from course_lib.optimizers.schedules import Schedule


class ReduceLROnPlateau(Schedule):
    """Multiply the rate by `factor` once more than `patience` steps in a row were no better.

    Torch's, with a warm-up, whose errors are not watched. `step(metrics)` wants the validation
    error of the epoch that ended; `mode="max"` is for an accuracy. Better means better than the
    best so far by more than `threshold`, a fraction of it ("rel") or a number ("abs"). The
    `cooldown` steps after a reduction are not counted. No rate falls below `min_lr`.

    Source: Krizhevsky et al. 2012, section 5 (three times by 10, from 0.01, by hand); He et al.
    2015, section 3.4 (from 0.1). So colorado_2025 and sharif_2024, the latter with the accuracy.
    Differs from torch: a reduction is made however small it is (no `eps`).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        *,
        warmup: int = 0,
    ):
        _check(mode, factor, patience, threshold, threshold_mode, cooldown, min_lr)
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.min_lr = cooldown, min_lr
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.num_reductions = 0
        super().__init__(optimizer, warmup=warmup)

    def step(self, metrics: float | None = None) -> None:
        """Judge the step that ended by its validation error, and set the rate of the next.

        Raises ValueError without `metrics`, or where it is NaN.
        """
        is_first = self.last_epoch < 0  # the constructor's, before any training
        if not is_first:
            if metrics is None or math.isnan(metrics):
                raise ValueError(f"metrics is {metrics}; step needs the error on validation data.")
            if self.last_epoch >= self.warmup:
                self._judge(float(metrics))
        super().step()

    def rate(self, first_rate: float, step: int) -> float:
        reduced = first_rate * self.factor**self.num_reductions
        return max(reduced, min(self.min_lr, first_rate))

    def _judge(self, error: float) -> None:
        if self._is_better(error):
            self.best, self.num_bad_epochs = error, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.num_reductions += 1
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _is_better(self, error: float) -> bool:
        margin = -self.threshold if self.mode == "min" else self.threshold
        relative = self.threshold_mode == "rel"
        limit = self.best * (1 + margin) if relative else self.best + margin
        return error < limit if self.mode == "min" else error > limit


def _check(mode, factor, patience, threshold, threshold_mode, cooldown, min_lr) -> None:
    if mode not in ("min", "max"):
        raise ValueError(f"mode is {mode!r}; say 'min' or 'max'.")
    if threshold_mode not in ("rel", "abs"):
        raise ValueError(f"threshold_mode is {threshold_mode!r}; say 'rel' or 'abs'.")
    if not 0 < factor < 1:
        raise ValueError(f"factor is {factor}; a rate falls by a factor between 0 and 1.")
    amounts = {"patience": patience, "threshold": threshold, "cooldown": cooldown, "min_lr": min_lr}
    for name, value in amounts.items():
        if not value >= 0:
            raise ValueError(f"{name} is {value}; give a number of 0 or more.")
