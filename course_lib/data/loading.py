"""Load a data set as tensors."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from course_lib.data.catalogue import entry
from course_lib.data.digits import EMBEDDED, load_digits
from course_lib.data.folders import data_folder
from course_lib.data.pictures import read_pictures
from course_lib.data.sizes import Size


def load(
    name: str, split: str, root: str | Path | None = None, size: Size | None = None
) -> tuple[UInt8[Tensor, "n c h w"], Int64[Tensor, "n *map"]]:
    """Images (uint8, 0 to 255) and labels of the split 'train' or 'test'.

    Some picture sets also have 'validation'. `mnist_5k` needs no preparation. The others lie in
    `<root>/<name>/`, where root is the environment variable COURSE_DATA or else the user's cache
    folder; `course data prepare NAME` puts them there. Pictures come in the size that
    `read_pictures` says, and where a set has a class for each pixel, so do the labels.
    """
    data_set = entry(name)
    if split not in data_set.splits:
        names = [f"'{known}'" for known in data_set.splits]
        known = f"{', '.join(names[:-1])} or {names[-1]}"
        raise ValueError(f"split is '{split}'; choose {known}.")
    if size is not None and not data_set.pictures:
        raise ValueError(f"size is {size}, but the images of {name} have one size; leave it out.")
    if name == EMBEDDED:
        return load_digits(split)
    folder = data_folder(name, root)
    if not data_set.pictures:
        return read_arrays(folder, split)
    _require(folder / data_set.pictures.folders[split])
    return read_pictures(folder, data_set, split, size)


def read_arrays(folder: Path, split: str) -> tuple[UInt8[Tensor, "n c h w"], Int64[Tensor, "n"]]:
    """One split out of a prepared folder."""
    path = folder / f"{split}_images.npy"
    images = channels_first(_read(path), path)
    labels = _read(folder / f"{split}_labels.npy")
    if labels.shape != (len(images),) or labels.dtype.kind not in "ui":
        raise ValueError(
            f"{folder}/{split}_labels.npy is {labels.dtype} of shape {labels.shape}; "
            f"the {len(images)} images beside it need one integer each."
        )
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def channels_first(images: np.ndarray, path: Path) -> np.ndarray:
    """Images stored as (N, H, W), (N, H, W, C) or (N, C, H, W), as the last of these."""
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
    _require(path)
    return np.load(path)


def _require(path: Path) -> None:
    if not path.exists():
        name, root = path.parent.name, path.parent.parent
        raise FileNotFoundError(
            f"There is no {path.name} in {path.parent}. Type `course data prepare {name}` to "
            f"fetch {name}. If you have it elsewhere, set COURSE_DATA to the folder that holds "
            f"{name}/ (now {root})."
        )
