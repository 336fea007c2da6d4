"""Look into the zip and tar files that picture sets are published in."""

import hashlib
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from course_lib.data.download import BadFileError, MirrorError
from course_lib.data.published import Archive

LARGEST_BYTES = 2**32  # of all pictures together; more is not what we asked for
BEGINNINGS = {b"PK": "zip", b"\x1f\x8b": "tar"}


def checked(path: Path, archive: Archive) -> Path:
    """The path of a fetched archive, if it is whole and the published one.

    Raises MirrorError for one that ends early, BadFileError for another file.
    """
    if archive.members:
        found = sum(1 for _ in members(path, archive))
        if found != archive.num_pictures:
            raise BadFileError(f"sent {found:,} pictures, not {archive.num_pictures:,}")
    if archive.hash and not _has_hash(path, archive.hash):
        raise BadFileError(f"sent a file without the hash {archive.hash[:19]}…")
    return path


def members(path: Path, archive: Archive) -> Iterator[tuple[re.Match, bytes]]:
    """Each picture in an archive: its name, as `archive.members` matches it, and its bytes."""
    with path.open("rb") as file:
        kind = BEGINNINGS.get(file.read(2))
    if not kind:
        raise BadFileError("sent a file that is neither zip nor tar")
    total = 0
    try:
        for name, size, content in (_in_zip if kind == "zip" else _in_tar)(path):
            match = re.fullmatch(archive.members, name)
            if match:
                total += size
                if total > LARGEST_BYTES:
                    raise BadFileError(f"sent pictures of more than {LARGEST_BYTES:,} bytes")
                yield match, content()
    except (zipfile.BadZipFile, tarfile.ReadError, EOFError) as error:
        # A zip has its list at the end, and a tar ends anywhere: both mean that bytes are missing.
        raise MirrorError(f"sent an archive that ends early or is damaged ({error})") from error
    except zlib.error as error:
        raise BadFileError(f"sent a damaged archive ({error})") from error


def _in_zip(path: Path):
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            yield info.filename, info.file_size, lambda info=info: archive.read(info)


def _in_tar(path: Path):
    with tarfile.open(path, mode="r|gz") as archive:
        for info in archive:
            if info.isfile():
                yield info.name, info.size, lambda info=info: archive.extractfile(info).read()


def _has_hash(path: Path, known: str) -> bool:
    algorithm, _, digest = known.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest
