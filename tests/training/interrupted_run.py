"""A training run in a process of its own, for the tests that kill it.

    python interrupted_run.py CHECKPOINT [BATCH]

It prints `epoch K` after each epoch and writes its last weights to CHECKPOINT/../weights. Told a
batch (the first is 1, an epoch has 16), it says `waiting` there and waits to be killed.
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

from course_lib.optimizers import SGD
from course_lib.training import fit


def main(checkpoint: Path, last_batch: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    images, labels = torch.rand(1500, 1, 28, 28), torch.arange(1500) % 10
    model = nn.Sequential(
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(196, 32),
        nn.BatchNorm1d(32),
        nn.Dropout(0.2),
        nn.ReLU(),
        nn.Linear(32, 10),
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
        (images[:1000], labels[:1000]),
        (images[1000:1500], labels[1000:1500]),
        epochs=6,
        batch_size=64,
        seed=5,
        schedule=MultiStepLR(optimizer, milestones=[2, 4], gamma=0.3),
        checkpoint=checkpoint,
        after_epoch=lambda epoch: print("epoch", epoch.epoch, flush=True),
    )
    save_file(model.state_dict(), checkpoint.parent / "weights")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
