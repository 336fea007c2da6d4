"""Train networks, alone or as one of several processes that torchrun starts.

    python several_processes.py FOLDER
    python -m torch.distributed.run --nproc-per-node 2 several_processes.py FOLDER

Each process writes what it found to FOLDER/<its number>.pt: {name: tensors, numbers or text}.
"""

import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import StepLR

from course_lib.architectures import lenet5_modern
from course_lib.data import load
from course_lib.data.augmentation import Compose, RandomCrop, RandomRotation
from course_lib.optimizers import SGD
from course_lib.training import Execution, TrainingDivergedError, fit
from course_lib.training.processes import by_first, count, gathered, joined, rank, together

AUGMENT = Compose(RandomCrop(28, padding=2), RandomRotation(10))
NUM_TRAIN, BATCH_SIZE = 291, 32  # nine batches and a last one of three images: two and one
ODD = 29  # ten batches, each shared as 15 and 14 images, and a last one of a single image


class Bytes(nn.Module):
    """A network that takes gray levels from 0 to 255."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, images):
        return self.network(images.to(next(self.parameters()).dtype) / 255)


class Choosy(nn.Module):
    """Of its three layers one answers to dark images alone, and one is never used."""

    def __init__(self):
        super().__init__()
        self.always, self.dark, self.never = (nn.Linear(784, 10) for _ in range(3))

    def forward(self, images):
        rows = images.flatten(1)
        scores = self.always(rows)
        is_dark = rows.mean(1) < 0.07  # ten of the images
        if is_dark.any():
            scores = scores + is_dark[:, None] * self.dark(rows)
        return scores


def trained(network, checkpoint=None, epochs=2, **options):
    torch.manual_seed(3)
    model = Bytes(network()).double()
    # Weights that differ, where there are several processes: those of the first are taken.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * rank()
    optimizer = SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01)
    images, labels = load("mnist_5k", "train")
    settings = {
        "epochs": epochs,
        "batch_size": BATCH_SIZE,
        "seed": 5,
        "augment": AUGMENT,
        "schedule": StepLR(optimizer, 1, gamma=0.5),
        "checkpoint": checkpoint,
    }
    settings |= options
    loss = settings.pop("loss", F.cross_entropy)
    train = (images[:NUM_TRAIN], labels[:NUM_TRAIN])
    validation = (images[1000:1151], labels[1000:1151])
    history = fit(model, loss, optimizer, train, validation, **settings)
    return {
        "weights": model.state_dict(),
        "epochs": [vars(epoch) for epoch in history.epochs],
        "draw": torch.rand(1).item(),
    }


def with_dropout():
    layers = (nn.Flatten(), nn.Linear(784, 20), nn.BatchNorm1d(20), nn.Dropout(0.3))
    return nn.Sequential(*layers, nn.Linear(20, 10))


def stopped(**options) -> str:
    """How the training broke off."""
    try:
        trained(lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), **options)
    except (TrainingDivergedError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    return "it did not"


def nan_in_the_last(scores, labels):
    """A loss that only the last process has no number for."""
    loss = F.cross_entropy(scores, labels)
    return loss * float("nan") if rank() == count() - 1 else loss


def fails_in_the_last(epoch):
    if rank() == count() - 1:
        raise KeyError("the last process cannot go on")


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    with joined() as device:
        number = rank()
        trained(with_dropout, folder / "parts", epochs=1, batch_size=100)
        found = {
            "device": device,
            "lenet": trained(lenet5_modern, log=folder / "lenet.jsonl"),
            "lenet in parts": trained(lenet5_modern, execution=Execution(accumulate=3)),
            "choosy": trained(Choosy, batch_size=ODD),
            "dropout": trained(with_dropout, batch_size=100),
            "dropout, gone on": trained(with_dropout, folder / "parts", batch_size=100),
            "ended": trained(Choosy, after_epoch=lambda epoch: rank() == 0),
            "nan": stopped(loss=nan_in_the_last),
            "failed": stopped(after_epoch=fails_in_the_last),
            "by first": by_first(rank),
            "together": together(rank),
            "gathered": gathered(rank()),
        }
    torch.save(found, folder / f"{number}.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
