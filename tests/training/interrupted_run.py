"""A training run in a process of its own, for the tests that kill it.

    python interrupted_run.py CHECKPOINT [BATCH]

It prints `epoch K` after each epoch and writes its last weights to CHECKPOINT/../weights and a
line per epoch to CHECKPOINT/../log. Told a batch (the first is 1, an epoch has 16), it says
`waiting` there and waits to be killed.
"""

import itertools
import sys
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import MultiStepLR

from course_lib.data import load
from course_lib.data.augmentation import Compose, RandomCrop, RandomRotation
from course_lib.optimizers import SGD
from course_lib.training import Execution, fit

NUM_TRAIN = 1000


class GrayLevels(nn.Module):
    """From 0 to 255 to 0 to 1."""

    def forward(self, images):
        return images.float() / 255


def main(checkpoint: Path, last_batch: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    images, labels = load("mnist_5k", "train")
    model = nn.Sequential(
        GrayLevels(),
        nn.Conv2d(1, 4, 5, stride=3),
        nn.BatchNorm2d(4),
        nn.Dropout(0.2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4 * 8 * 8, 10),
    )
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
    batches = itertools.count(1)

    def loss(scores, labels):
        if next(batches) == last_batch:
            print("waiting", flush=True)
            time.sleep(600)
        return F.cross_entropy(scores, labels)

    fit(
        model,
        loss,
        optimizer,
        (images[:NUM_TRAIN], labels[:NUM_TRAIN]),
        (images[NUM_TRAIN:1500], labels[NUM_TRAIN:1500]),
        epochs=6,
        batch_size=64,
        seed=5,
        schedule=MultiStepLR(optimizer, milestones=[2, 4], gamma=0.3),
        augment=Compose(RandomCrop(28, padding=2), RandomRotation(10)),
        execution=Execution(autocast="bfloat16", channels_last=True),
        checkpoint=checkpoint,
        log=checkpoint.parent / "log",
        after_epoch=lambda epoch: print("epoch", epoch.epoch, flush=True),
    )
    save_file(model.state_dict(), checkpoint.parent / "weights")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
