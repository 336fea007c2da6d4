"""Put a data set where `load` finds it: fetched, checked by hash, whole or not at all."""

import hashlib
import io
import math
import shutil
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from course_lib.data import idx
from course_lib.data.catalogue import DataSet, Original, entry
from course_lib.data.download import BadFileError, MirrorError
from course_lib.data.folders import data_folder
from course_lib.data.mirrors import download

GZIP_MAGIC = b"\x1f\x8b"
GZIP_FORMAT = 31  # zlib's name for "with gzip's header and checksum"
LONGEST_HEADER = 4 + 4 * 255


def prepare(
    name: str, root: str | Path | None = None, mirrors: Sequence[str] | None = None
) -> Path:
    """Fetch a data set into `<root>/<name>` and return that folder.

    Every array's hash is checked. A folder that is already there is checked too, and left as
    it is. `mirrors` replaces the addresses of the catalogue, for a school with its own.
    RuntimeError says what each mirror said, or which array differs; OSError that the disk
    failed. What a broken download brought waits in `<root>/<name>.part` for the next try.
    """
    data_set = entry(name)
    folder = data_folder(name, root)
    if not data_set.originals:
        return folder
    if folder.exists():
        _check_folder(folder, data_set)
        return folder
    stage = folder.with_name(f"{name}.part")
    try:
        _fill(stage, data_set, mirrors or data_set.mirrors)
        stage.rename(folder)
    except RuntimeError:
        _keep_beginnings(stage)
        raise
    except OSError as error:
        shutil.rmtree(stage, ignore_errors=True)
        raise OSError(f"{name} could not be written to {folder.parent} ({error}).") from error
    return folder


def _fill(stage: Path, data_set: DataSet, mirrors: Sequence[str]) -> None:
    stage.mkdir(parents=True, exist_ok=True)
    for array, original in data_set.originals.items():
        check = partial(_decoded, original=original)
        values = download(original.file, mirrors, stage / original.file, check)
        _save(stage / f"{array}.npy", values)
    for original in data_set.originals.values():
        (stage / original.file).unlink()


def _save(path: Path, values: np.ndarray) -> None:
    # By way of memory: np.save would call a full disk "600 requested and 0 written".
    buffer = io.BytesIO()
    np.save(buffer, values)
    path.write_bytes(buffer.getbuffer())


def _decoded(part: Path, original: Original) -> np.ndarray:
    """The array in a fetched file, if it is the published one."""
    data = part.read_bytes()
    if data.startswith(GZIP_MAGIC):
        data = _unpacked(data, math.prod(original.shape))
    try:
        values = idx.decode(data)
    except ValueError as error:
        raise BadFileError(f"sent a file that {error}") from error
    if values.shape != original.shape or _sha256(values) != original.sha256:
        raise BadFileError(
            f"sent an array of shape {values.shape} with hash {_sha256(values)[:12]}…, "
            f"not {original.shape} with {original.sha256[:12]}…"
        )
    return values


def _unpacked(packed: bytes, num_values: int) -> bytes:
    unpacker = zlib.decompressobj(GZIP_FORMAT)
    try:
        # The limit keeps a malicious file from filling the memory.
        data = unpacker.decompress(packed, num_values + LONGEST_HEADER)
    except zlib.error as error:
        raise BadFileError(f"sent a damaged file ({error})") from error
    if unpacker.unconsumed_tail:
        raise BadFileError(f"sent a file that unpacks to more than {num_values:,} values")
    if not unpacker.eof:
        raise MirrorError(f"sent {len(packed):,} bytes, and the file goes on after them")
    return data


def _check_folder(folder: Path, data_set: DataSet) -> None:
    for array, original in data_set.originals.items():
        path = folder / f"{array}.npy"
        if not _holds(path, original):
            raise RuntimeError(
                f"{path} is missing or is not the published array. "
                f"Move {folder} away and prepare {folder.name} again."
            )


def _holds(path: Path, original: Original) -> bool:
    try:
        return _sha256(np.load(path).astype(np.uint8)) == original.sha256
    except (OSError, ValueError, EOFError):
        return False


def _sha256(values: np.ndarray) -> str:
    return hashlib.sha256(values.tobytes()).hexdigest()


def _keep_beginnings(stage: Path) -> None:
    """Leave only what the next try can go on from."""
    for path in stage.iterdir():
        if path.suffix == ".npy" or not path.stat().st_size:
            path.unlink()
    if not any(stage.iterdir()):
        stage.rmdir()
