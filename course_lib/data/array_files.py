"""The arrays in a fetched file, and whether they are the published ones."""

import hashlib
import math
import zlib
from pathlib import Path

import numpy as np

from course_lib.data import cifar10, idx
from course_lib.data.download import BadFileError, MirrorError
from course_lib.data.loading import channels_first
from course_lib.data.published import Original

GZIP_MAGIC = b"\x1f\x8b"
GZIP_FORMAT = 31  # zlib's name for "with gzip's header and checksum"
IDX_HEADER_BYTES = 4 + 4 * 255
TAR_HEADER_BYTES = 2**16


def decoded(part: Path, originals: dict[str, Original]) -> dict[str, np.ndarray]:
    """The arrays of one file by name, if they are the published ones.

    Raises MirrorError for a file that ends early, BadFileError for another file.
    """
    data = part.read_bytes()
    if data.startswith(GZIP_MAGIC):
        num_values = sum(math.prod(original.shape) for original in originals.values())
        header = IDX_HEADER_BYTES if len(originals) == 1 else TAR_HEADER_BYTES
        data = _unpacked(data, num_values, header)
    try:
        # A file of one array is an idx file. The one set with several in a file is CIFAR-10.
        several = len(originals) > 1
        arrays = cifar10.decode(data) if several else dict.fromkeys(originals, idx.decode(data))
    except ValueError as error:
        raise BadFileError(f"sent a file that {error}") from error
    for array, original in originals.items():
        values = arrays[array]
        if values.shape != original.shape or _sha256(values) != original.sha256:
            raise BadFileError(
                f"sent an array of shape {values.shape} with hash {_sha256(values)[:12]}…, "
                f"not {original.shape} with {original.sha256[:12]}…"
            )
    return arrays


def holds(path: Path, original: Original) -> bool:
    """Whether a stored array has the published values, in whatever order of its axes."""
    try:
        values = np.load(path)
        if len(original.shape) > 1:
            values = channels_first(values, path)
        return _sha256(values.astype(np.uint8)) == original.sha256
    except (OSError, ValueError, EOFError):
        return False


def _unpacked(packed: bytes, num_values: int, header: int) -> bytes:
    unpacker = zlib.decompressobj(GZIP_FORMAT)
    try:
        # The limit keeps a malicious file from filling the memory.
        data = unpacker.decompress(packed, num_values + header)
    except zlib.error as error:
        raise BadFileError(f"sent a damaged file ({error})") from error
    if unpacker.unconsumed_tail:
        raise BadFileError(f"sent a file that unpacks to more than {num_values:,} values")
    if not unpacker.eof:
        raise MirrorError(f"sent {len(packed):,} bytes, and the file goes on after them")
    return data


def _sha256(values: np.ndarray) -> str:
    return hashlib.sha256(values.tobytes()).hexdigest()
