"""Read the pictures of a prepared set into arrays of one size, and keep these for the next time."""

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from course_lib.data.published import DataSet, Pictures
from course_lib.data.sizes import Size, pair

SUFFIXES = (".jpg", ".jpeg", ".png")


def read_pictures(
    folder: Path, data_set: DataSet, split: str, size: Size | None = None
) -> tuple[UInt8[Tensor, "n 3 h w"], Int64[Tensor, "n *map"]]:
    """One split of a prepared set: images, and a class for each of them or for each pixel.

    An int as `size` is the side of a square: the shorter side of each picture is brought to it,
    and the middle cut out. A pair (height, width) is what each picture is brought to as a whole;
    label maps take the nearest pixel. ValueError names a file or folder that is not of the set.
    """
    pictures = data_set.pictures
    size = pictures.size if size is None else size
    pair(size, "size")
    where = folder / pictures.folders[split]
    paths = listed(where, pictures)
    maps = _maps_of(paths, where) if pictures.has_label_maps else []
    cached = folder / "cached" / f"{where.name}-{_described(size)}-{_digest(paths, maps)}.npz"
    if cached.exists():
        with np.load(cached) as arrays:
            images, labels = (torch.from_numpy(arrays[name]) for name in ("images", "labels"))
    else:
        images, labels = _read(paths, maps, data_set, size)
        _keep(cached, images, labels)
    return images, labels.long()


def listed(where: Path, pictures: Pictures) -> list[Path]:
    """The pictures of one folder, in the order of their names."""
    found = where.glob("*" if pictures.has_label_maps else "*/*")
    return sorted(path for path in found if path.suffix in SUFFIXES)


def _read(
    paths: list[Path], maps: list[Path], data_set: DataSet, size: Size
) -> tuple[Tensor, Tensor]:
    if not data_set.pictures.has_label_maps:
        labels = torch.tensor([_label(path, data_set.classes) for path in paths])
    else:
        labels = torch.stack([_label_map(path, size) for path in maps])
        if labels.max() >= len(data_set.classes):
            raise ValueError(
                f"{maps[0].parent.name} has the label {labels.max()}; the {len(data_set.classes)} "
                "classes are numbered from 0."
            )
    return torch.stack([_image(path, size) for path in _with_bar(paths)]), labels


def _label(path: Path, classes: tuple[str, ...]) -> int:
    if path.parent.name not in classes:
        raise ValueError(f"{path.parent} is no class of the set; there are {', '.join(classes)}.")
    return classes.index(path.parent.name)


def _maps_of(paths: list[Path], where: Path) -> list[Path]:
    maps = sorted(where.with_name(f"{where.name}annot").glob("*.png"))
    if [path.stem for path in maps] != [path.stem for path in paths]:
        raise ValueError(
            f"{where} has {len(paths)} pictures and {where.name}annot {len(maps)} label maps, and "
            "their names differ. Prepare the data set again."
        )
    return maps


def _image(path: Path, size: Size) -> UInt8[Tensor, "3 h w"]:
    from torchvision.transforms.v2 import functional

    image = _decoded(path)
    if isinstance(size, int):
        return functional.center_crop(functional.resize(image, [size], antialias=True), [size])
    return functional.resize(image, list(size), antialias=True)


def _label_map(path: Path, size: Size) -> UInt8[Tensor, "h w"]:
    from torchvision.transforms.v2 import InterpolationMode, functional

    image = _decoded(path)
    if not (image == image[:1]).all():
        raise ValueError(f"{path} is not gray; a label map has one number for each pixel.")
    values, nearest = image[:1], InterpolationMode.NEAREST_EXACT
    if isinstance(size, int):
        return functional.center_crop(functional.resize(values, [size], nearest), [size])[0]
    return functional.resize(values, list(size), nearest)[0]


def _decoded(path: Path) -> UInt8[Tensor, "3 h w"]:
    # By way of Pillow: torchvision's own decoders are on their way out.
    from torchvision.datasets.folder import default_loader
    from torchvision.transforms.v2.functional import pil_to_tensor

    try:
        return pil_to_tensor(default_loader(str(path)))
    except OSError as error:
        raise ValueError(f"{path} is no picture ({error}). Prepare the data set again.") from error


def _with_bar(paths: list[Path]):
    from tqdm import tqdm

    # disable=None: no bar where the output is not a terminal.
    return tqdm(paths, desc="reading pictures", leave=False, disable=None)


def _described(size: Size) -> str:
    return str(size) if isinstance(size, int) else f"{size[0]}x{size[1]}"


def _digest(paths: list[Path], maps: list[Path]) -> str:
    """Changes when pictures are added, removed or exchanged, and when a label map changes."""
    names = [f"{path.parent.name}/{path.name} {path.stat().st_size}" for path in paths]
    # By their bytes: a map in which one label was corrected often has the same length.
    names += [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in maps]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def _keep(cached: Path, images: Tensor, labels: Tensor) -> None:
    part = cached.with_suffix(f".part{os.getpid()}")
    try:
        cached.parent.mkdir(exist_ok=True)
        with part.open("wb") as file:
            np.savez(file, images=images.numpy(), labels=labels.numpy())
        part.replace(cached)
    except OSError as error:  # a folder that is shared is often read-only
        with suppress(OSError):
            part.unlink()
        print(f"The pictures will be read again next time: {error}.", file=sys.stderr)
