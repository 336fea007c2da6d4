"""Load a data set as tensors."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from course_lib.data.catalogue import SPLITS, entry
from course_lib.data.digits import EMBEDDED, load_digits
from course_lib.data.folders import data_folder


def load(
    name: str, split: str, root: str | Path | None = None
) -> tuple[UInt8[Tensor, "n c h w"], Int64[Tensor, "n"]]:
    """Images (uint8, 0 to 255) and labels of the split 'train' or 'test'.

    `mnist_5k` needs no preparation. The others lie in `<root>/<name>/`, where root is
    the environment variable COURSE_DATA or else the user's cache folder;
    `course data prepare NAME` puts them there.
    """
    entry(name)
    if split not in SPLITS:
        raise ValueError(f"split is '{split}'; choose 'train' or 'test'.")
    if name == EMBEDDED:
        return load_digits(split)
    return read_arrays(data_folder(name, root), split)


def read_arrays(folder: Path, split: str) -> tuple[UInt8[Tensor, "n c h w"], Int64[Tensor, "n"]]:
    """One split out of a prepared folder."""
    images = _channels_first(folder / f"{split}_images.npy")
    labels = _read(folder / f"{split}_labels.npy")
    if labels.shape != (len(images),) or labels.dtype.kind not in "ui":
        raise ValueError(
            f"{folder}/{split}_labels.npy is {labels.dtype} of shape {labels.shape}; "
            f"the {len(images)} images beside it need one integer each."
        )
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def _channels_first(path: Path) -> np.ndarray:
    """Images stored as (N, H, W), (N, H, W, C) or (N, C, H, W), as the last of these."""
    images = _read(path)
    if images.dtype == np.uint8:
        if images.ndim == 3:
            return images[:, None]
        if images.ndim == 4 and images.shape[1] in (1, 3):
            return images
        if images.ndim == 4 and images.shape[3] in (1, 3):
            return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    raise ValueError(
        f"{path} is {images.dtype} of shape {images.shape}; images are uint8 and (N, H, W), "
        "(N, H, W, C) or (N, C, H, W) with 1 or 3 channels."
    )


def _read(path: Path) -> np.ndarray:
    if path.exists():
        return np.load(path)
    name, root = path.parent.name, path.parent.parent
    raise FileNotFoundError(
        f"There is no {path.name} in {path.parent}. Type `course data prepare {name}` to fetch "
        f"{name}. If you have it elsewhere, set COURSE_DATA to the folder that holds {name}/ "
        f"(now {root})."
    )
