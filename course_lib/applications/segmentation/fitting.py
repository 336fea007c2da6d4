"""Train a network that names pixels, and ask it about many images."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.applications.segmentation.pixel_loss import pixel_cross_entropy
from course_lib.data.evaluation_mode import in_evaluation
from course_lib.training import TrainingDivergedError

Labeled = tuple[Float[Tensor, "n c h w"], Int64[Tensor, "n h w"]]


def fit_segmenter(
    model: nn.Module,
    optimizer: Optimizer,
    train: Labeled,
    *,
    void: int,
    epochs: int,
    batch_size: int = 8,
    seed: int = 0,
    flips: bool = False,
    schedule: LRScheduler | None = None,
    after_epoch: Callable[[int, float], None] = lambda epoch, loss: None,
) -> list[float]:
    """Train `model` in place; return the mean loss of each epoch.

    `seed` orders the batches and, with `flips`, mirrors half of the images, labels included.
    `schedule` takes a step after each batch. Raises TrainingDivergedError when the loss stops
    being a finite number.
    """
    images, labels = train
    if epochs < 1 or batch_size < 1 or len(images) == 0:
        raise ValueError(
            f"epochs is {epochs}, batch_size {batch_size}, and train has {len(images)} images; "
            "each must be at least 1."
        )
    shuffle = Generator().manual_seed(seed)
    model.train()
    losses = []
    for epoch in range(1, epochs + 1):
        total = torch.zeros((), device=images.device)
        for chosen in torch.randperm(len(images), generator=shuffle).split(batch_size):
            batch = images[chosen], labels[chosen]
            if flips:
                batch = _flip_half(*batch, shuffle)
            loss = pixel_cross_entropy(model(batch[0]), batch[1], void)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if schedule:
                schedule.step()
            total += loss.detach() * len(chosen)
        losses.append(_finite(float(total) / len(images), epoch))
        after_epoch(epoch, losses[-1])
    return losses


@torch.inference_mode()
def label_maps(
    model: nn.Module, images: Float[Tensor, "n c h w"], batch_size: int = 32
) -> Int64[Tensor, "n h w"]:
    """The class with the largest score, for each pixel. The model's mode is left as it was."""
    with in_evaluation(model):
        return torch.cat([model(batch).argmax(dim=1) for batch in images.split(batch_size)])


def _flip_half(images: Tensor, labels: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Mirror an image and its labels together; the generator stays on the CPU."""
    flip = (torch.rand(len(images), generator=generator) < 0.5).to(images.device)
    return (
        torch.where(flip[:, None, None, None], images.flip(-1), images),
        torch.where(flip[:, None, None], labels.flip(-1), labels),
    )


def _finite(loss: float, epoch: int) -> float:
    if not torch.tensor(loss).isfinite():
        raise TrainingDivergedError(
            f"In epoch {epoch} the loss became {loss}. Try a tenth of the learning rate."
        )
    return loss
