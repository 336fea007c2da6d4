"""Cut a validation set from a training set."""

import numpy as np
import torch
from jaxtyping import Integer, Shaped
from torch import Tensor

Part = tuple[Shaped[Tensor, "_ *image"], Integer[Tensor, "_"]]


def split_off(
    images: Shaped[Tensor, "n *image"], labels: Integer[Tensor, "n"], num: int, seed: int
) -> tuple[Part, Part]:
    """Part off `num` examples, as many of each class: ((train), (validation)), both shuffled.

    Where `num` does not divide by the number of classes, some classes give one example more
    than the others. The same seed gives the same cut on every machine and version.
    """
    if not 0 < num < len(labels):
        raise ValueError(f"num is {num}; choose 1 to {len(labels) - 1} of {len(labels)} examples.")
    # RandomState, because its stream is frozen for good: a record's cut must not move.
    shuffle = np.random.RandomState(seed)
    order = torch.from_numpy(shuffle.permutation(len(labels)))
    chosen = _evenly(labels.cpu()[order], num, shuffle)
    parts = (order[~chosen].to(labels.device), order[chosen].to(labels.device))
    train, validation = ((images[part], labels[part]) for part in parts)
    return train, validation


def _evenly(labels: Tensor, num: int, shuffle: np.random.RandomState) -> Tensor:
    """Mark the first examples of each class, `num` in all."""
    classes = shuffle.permutation(labels.unique().numpy())
    share, left_over = divmod(num, len(classes))
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    for rank, label in enumerate(classes):
        wanted = share + (rank < left_over)
        found = (labels == int(label)).nonzero().flatten()
        if len(found) < wanted:
            raise ValueError(
                f"num is {num}: class {label} would give {wanted} examples and has {len(found)}. "
                "Choose a smaller num."
            )
        chosen[found[:wanted]] = True
    return chosen
