"""Learning rates as formulas of the step: constant for a while, or along a cosine.

A step is whatever the training loop makes it: an epoch, or a batch. After warming up, the rate
is a formula of the steps since. The warm-up is linear: for `warmup` = 3 the rate is 1/4, 2/4
and 3/4 of the first rate before the schedule begins.
Source of the warm-up: Goyal et al. 2017, arXiv:1706.02677, section 2.2.
"""

import math
from collections.abc import Iterable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


class Schedule(LRScheduler):
    """Sets the rate of every group to `rate(first_rate, step)`, with a linear warm-up before."""

    def __init__(self, optimizer: Optimizer, *, warmup: int = 0):
        if warmup < 0:
            raise ValueError(f"warmup is {warmup}; give a number of steps, 0 or more.")
        self.warmup = warmup
        super().__init__(optimizer)

    def get_lr(self) -> list[float]:
        """The rates of the groups at step `last_epoch`, which is 0 before the first."""
        step = self.last_epoch
        if step < self.warmup:
            return [first_rate * (step + 1) / (self.warmup + 1) for first_rate in self.base_lrs]
        return [self.rate(first_rate, step - self.warmup) for first_rate in self.base_lrs]

    def rate(self, first_rate: float, step: int) -> float:
        """The rate after so many steps (warm-up not counted) of what begins with `first_rate`."""
        raise NotImplementedError


class StepLR(Schedule):
    """Multiply the rate by `gamma` every `step_size` steps; torch's, with a warm-up."""

    def __init__(
        self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, *, warmup: int = 0
    ):
        if step_size < 1:
            raise ValueError(f"step_size is {step_size}; give a number of steps, 1 or more.")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, warmup=warmup)

    def rate(self, first_rate: float, step: int) -> float:
        return first_rate * self.gamma ** (step // self.step_size)


class MultiStepLR(Schedule):
    """Multiply the rate by `gamma` at each of the milestones; torch's, with a warm-up.

    He et al. 2015, arXiv:1512.03385, section 4.2, divide by 10 after 32,000 and 48,000 batches.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        milestones: Iterable[int],
        gamma: float = 0.1,
        *,
        warmup: int = 0,
    ):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, warmup=warmup)

    def rate(self, first_rate: float, step: int) -> float:
        return first_rate * self.gamma ** sum(step >= each for each in self.milestones)


class CosineAnnealingLR(Schedule):
    """Come down from the first rate to `eta_min` in `T_max` steps, along half a cosine.

    Torch's, with a warm-up, which counts beside T_max. Beyond T_max the rate climbs again.
    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without the restarts.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        T_max: int,  # noqa: N803 (torch's name)
        eta_min: float = 0.0,
        *,
        warmup: int = 0,
    ):
        if T_max < 1:
            raise ValueError(f"T_max is {T_max}; give a number of steps, 1 or more.")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, warmup=warmup)

    def rate(self, first_rate: float, step: int) -> float:
        height = (1 + math.cos(math.pi * step / self.T_max)) / 2
        return self.eta_min + (first_rate - self.eta_min) * height
