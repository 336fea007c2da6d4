"""One step of the optimizer: a batch in parts, in one process or in several."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import Optimizer

from course_lib.training import processes
from course_lib.training.batches import Batch
from course_lib.training.execution import Execution
from course_lib.training.pacing import Pace


@dataclass(frozen=True)
class Step:
    """Forward, backward and the optimizer's move, with all that these need."""

    forward: Callable[[Tensor], Tensor]
    loss: Callable[[Tensor, Tensor], Tensor]
    optimizer: Optimizer
    execution: Execution
    pace: Pace

    def __call__(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Learn from a batch; of this process's share the sum of the losses and of the errors.

        Both are of the network before the step.
        """
        self.optimizer.zero_grad()
        total_loss = torch.zeros((), device=batch.labels.device)
        total_wrong = torch.zeros((), device=batch.labels.device, dtype=torch.int64)
        for images, labels in batch.parts(self.execution.accumulate):
            loss, num_wrong = self._learn_from(images, labels, batch.num_in_all)
            total_loss = total_loss + loss * len(labels)
            total_wrong += num_wrong
        groups = self.optimizer.param_groups
        processes.sum_gradients([parameter for group in groups for parameter in group["params"]])
        self.optimizer.step()
        self.pace.after_batch()
        return total_loss, total_wrong

    def _learn_from(self, images: Tensor, labels: Tensor, num_in_all: int) -> tuple[Tensor, Tensor]:
        """Add the gradient of some images, weighed by their share of the whole batch."""
        scores = self.forward(images)
        with self.execution.precision(labels.device):
            loss = self.loss(scores, labels)
        alone = len(labels) == num_in_all
        (loss if alone else loss * (len(labels) / num_in_all)).backward()
        return loss.detach(), (scores.detach().argmax(1) != labels).sum()
