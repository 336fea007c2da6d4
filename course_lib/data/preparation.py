"""Put a data set where `load` finds it: fetched, checked by hash, whole or not at all."""

import io
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from course_lib.data.archives import checked, members
from course_lib.data.array_files import decoded, holds
from course_lib.data.catalogue import entry
from course_lib.data.folders import data_folder
from course_lib.data.mirrors import download
from course_lib.data.pictures import listed
from course_lib.data.published import DataSet, Original, Pictures


def prepare(
    name: str, root: str | Path | None = None, mirrors: Sequence[str] | None = None
) -> Path:
    """Fetch a data set into `<root>/<name>` and return that folder.

    Every array's hash is checked, or, for a picture set, the hash of each archive that has a
    published one, and the number of the pictures. A folder that is already there is checked too,
    and left as it is. `mirrors` replaces the addresses of the catalogue, for a school with its own.
    RuntimeError says what each mirror said, or which array differs; OSError that the disk
    failed. What a broken download brought waits in `<root>/<name>.part` for the next try.
    """
    data_set = entry(name)
    folder = data_folder(name, root)
    if data_set.is_embedded:
        return folder
    if folder.exists():
        _check_folder(folder, data_set)
        return folder
    stage = folder.with_name(f"{name}.part")
    try:
        stage.mkdir(parents=True, exist_ok=True)
        fill = _fill_pictures if data_set.pictures else _fill_arrays
        fill(stage, data_set, mirrors or data_set.mirrors)
        stage.rename(folder)
    except RuntimeError:
        _keep_beginnings(stage)
        raise
    except OSError as error:
        shutil.rmtree(stage, ignore_errors=True)
        raise OSError(f"{name} could not be written to {folder.parent} ({error}).") from error
    return folder


def _fill_arrays(stage: Path, data_set: DataSet, mirrors: Sequence[str]) -> None:
    files: dict[str, dict[str, Original]] = {}
    for array, original in data_set.originals.items():
        files.setdefault(original.file, {})[array] = original
    for file, originals in files.items():
        check = partial(decoded, originals=originals)
        for array, values in download(file, mirrors, stage / file, check).items():
            _save(stage / f"{array}.npy", values)
    for file in files:
        (stage / file).unlink()


def _fill_pictures(stage: Path, data_set: DataSet, mirrors: Sequence[str]) -> None:
    pictures = data_set.pictures
    for archive in pictures.archives:
        check = partial(checked, archive=archive)
        download(archive.file, mirrors, stage / archive.file, check)
    place = pictures.places(stage)
    for archive in pictures.archives:
        if archive.members:
            for member, content in members(stage / archive.file, archive):
                path = stage / place(member)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    for archive in pictures.archives:
        (stage / archive.file).unlink()
    _count(stage, pictures)


def _save(path: Path, values: np.ndarray) -> None:
    # By way of memory: np.save would call a full disk "600 requested and 0 written".
    buffer = io.BytesIO()
    np.save(buffer, values)
    path.write_bytes(buffer.getbuffer())


def _check_folder(folder: Path, data_set: DataSet) -> None:
    if data_set.pictures:
        _count(folder, data_set.pictures)
    for array, original in data_set.originals.items():
        path = folder / f"{array}.npy"
        if not holds(path, original):
            raise RuntimeError(
                f"{path} is missing or is not the published array. "
                f"Move {folder} away and prepare {folder.name} again."
            )


def _count(folder: Path, pictures: Pictures) -> None:
    for split, wanted in pictures.num_pictures.items():
        found = len(listed(folder / split, pictures))
        if found != wanted:
            raise RuntimeError(
                f"{folder / split} has {found:,} pictures, not {wanted:,}. "
                f"Move {folder} away and prepare {folder.name} again."
            )


def _keep_beginnings(stage: Path) -> None:
    """Leave only what the next try can go on from."""
    for path in stage.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.suffix == ".npy" or not path.stat().st_size:
            path.unlink()
    if not any(stage.iterdir()):
        stage.rmdir()
