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
    draw = np.random.RandomState(seed)
    chosen = _evenly(labels.cpu().numpy(), num, draw)
    parts = (
        torch.from_numpy(draw.permutation(np.flatnonzero(kept))).to(labels.device)
        for kept in (~chosen, chosen)
    )
    train, validation = ((images[part], labels[part]) for part in parts)
    return train, validation


def _evenly(labels: np.ndarray, num: int, draw: np.random.RandomState) -> np.ndarray:
    """Mark `num` examples in all, drawn from each class alike."""
    classes = draw.permutation(np.unique(labels))
    share, left_over = divmod(num, len(classes))
    chosen = np.zeros(len(labels), dtype=bool)
    for rank, label in enumerate(classes):
        wanted = share + (rank < left_over)
        found = draw.permutation(np.flatnonzero(labels == label))
        if len(found) < wanted:
            raise ValueError(
                f"num is {num}: class {label} would give {wanted} examples and has {len(found)}. "
                "Choose a smaller num."
            )
        chosen[found[:wanted]] = True
    return chosen
