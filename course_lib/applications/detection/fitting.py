"""Train any detector of this folder, and ask it about many images.

A detector has `losses(scenes, generator)`, the terms whose sum is minimized, and `detect(scenes)`.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Generator, Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.applications.detection.detections import Detections
from course_lib.applications.detection.scenes import Scenes
from course_lib.data.evaluation_mode import in_evaluation
from course_lib.training import TrainingDivergedError

Terms = dict[str, float]


@runtime_checkable
class Detector(Protocol):
    """What R-CNN, Fast R-CNN, Faster R-CNN and YOLO have in common (all are torch modules)."""

    training: bool

    def train(self, mode: bool = True) -> "Detector": ...
    def losses(
        self, scenes: Scenes, generator: Generator | None = None
    ) -> dict[str, Float[Tensor, ""]]: ...
    def detect(self, scenes: Scenes) -> list[Detections]: ...


def fit_detector(
    detector: Detector,
    optimizer: Optimizer,
    train: Scenes,
    *,
    epochs: int,
    batch_size: int = 16,
    seed: int = 0,
    schedule: LRScheduler | None = None,
    after_epoch: Callable[[int, Terms], None] = lambda epoch, terms: None,
) -> list[Terms]:
    """Train `detector` in place; return, for each epoch, the mean of every term of the loss.

    `seed` orders the batches and draws the regions to learn from. `schedule` takes a step after
    each batch. Raises TrainingDivergedError when the loss stops being a finite number.
    """
    if epochs < 1 or batch_size < 1 or len(train) == 0:
        raise ValueError(
            f"epochs is {epochs}, batch_size {batch_size}, and train has {len(train)} scenes; "
            "each must be at least 1."
        )
    shuffle = Generator().manual_seed(seed)
    regions = Generator(train.images.device).manual_seed(seed)
    detector.train()
    history = []
    for epoch in range(1, epochs + 1):
        sums: dict[str, Tensor] = {}
        for chosen in torch.randperm(len(train), generator=shuffle).split(batch_size):
            terms = detector.losses(train.take(chosen.tolist()), regions)
            optimizer.zero_grad()
            sum(terms.values()).backward()
            optimizer.step()
            if schedule:
                schedule.step()
            for name, term in terms.items():
                sums[name] = sums.get(name, 0) + term.detach() * len(chosen)
        history.append(_means(sums, len(train), epoch))
        after_epoch(epoch, history[-1])
    return history


@torch.inference_mode()
def detect(detector: Detector, scenes: Scenes, batch_size: int = 64) -> list[Detections]:
    """What the detector finds in each scene. Its mode is left as it was."""
    found = []
    with in_evaluation(detector):
        for start in range(0, len(scenes), batch_size):
            batch = range(start, min(start + batch_size, len(scenes)))
            found += detector.detect(scenes.take(batch))
    return found


def _means(sums: dict[str, Tensor], count: int, epoch: int) -> Terms:
    means = {name: float(total) / count for name, total in sums.items()}
    if not torch.tensor(list(means.values())).isfinite().all():
        raise TrainingDivergedError(
            f"In epoch {epoch} a term of the loss stopped being a finite number: {means}. Try a "
            "tenth of the learning rate."
        )
    return means
