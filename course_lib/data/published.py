"""What the authors of a data set publish, and what becomes of it here."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.data.sizes import Size


@dataclass(frozen=True)
class Original:
    """One array, the file its authors publish it in, and the hash of its bytes.

    A file may hold several arrays. The bytes are in the file's own order: channels first.
    """

    file: str
    shape: tuple[int, ...]
    sha256: str


@dataclass(frozen=True)
class Archive:
    """A file that a picture set is published in.

    `members` matches the names of the pictures in it, of which there are `num_pictures`; without
    it, the file is read as it is. `hash` is "sha256:…" or "md5:…" of the whole file, None where no
    hash is known and pictures can only be counted. `verified` says that a file which has this
    hash was at hand when it was written down; where it is False, the hash is what others publish.
    """

    file: str
    hash: str | None = None
    verified: bool = False
    members: str | None = None
    num_pictures: int = 0


@dataclass(frozen=True)
class Pictures:
    """Pictures in `<folder>/<class>/`, or, with label maps, in `<folder>/` and `<folder>annot/`.

    A label map is a gray picture of the same name whose value at each pixel is the pixel's class.
    """

    archives: tuple[Archive, ...]
    folders: dict[str, str]  # of each split
    num_pictures: dict[str, int]  # in each folder
    size: Size  # of the arrays unless another is asked for
    has_label_maps: bool = False
    # Where each member goes, given the folder with the archives.
    places: Callable[[Path], Callable[[re.Match], str]] = lambda _folder: lambda member: member[1]


@dataclass(frozen=True)
class DataSet:
    """One data set; one with neither originals nor pictures comes with an installed package."""

    title: str
    mirrors: tuple[str, ...] = ()
    originals: dict[str, Original] = field(default_factory=dict)
    pictures: Pictures | None = None
    classes: tuple[str, ...] = ()

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.pictures.folders) if self.pictures else ("train", "test")

    @property
    def is_embedded(self) -> bool:
        return not self.originals and not self.pictures
