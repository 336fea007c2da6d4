"""The picture sets of the course, and how their archives are laid out.

The hashes are those that others publish for the archives; the archives themselves could not be
fetched where this was written, so all are marked as not verified.
"""

import re
from collections.abc import Callable
from pathlib import Path

from course_lib.data.matlab import read_matlab
from course_lib.data.published import Archive, Pictures

THREE_SPLITS = {"train": "train", "validation": "val", "test": "test"}

# The archive also holds a .gif, which says that an image was not found: it is left out.
HYMENOPTERA = Pictures(
    archives=(
        Archive(
            "hymenoptera_data.zip",
            "md5:5f8c32a6554f6acb4d649776e7735e48",
            members=r"hymenoptera_data/((?:train|val)/(?:ants|bees)/[^/]+\.jpe?g)",
            num_pictures=397,
        ),
    ),
    folders={"train": "train", "test": "val"},
    num_pictures={"train": 244, "val": 153},
    size=256,
)

# A copy of a whole repository, which may change: no hash of it means anything. Beside <split>/
# lies <split>annot/, whose gray pictures have a class for each pixel: 0 to 10, and 11 for void.
CAMVID = Pictures(
    archives=(
        Archive(
            "master.zip",
            members=r"[^/]+/CamVid/((?:train|val|test)(?:annot)?/[^/]+\.png)",
            num_pictures=2 * 701,
        ),
    ),
    folders=THREE_SPLITS,
    num_pictures={"train": 367, "val": 101, "test": 233},
    size=(180, 240),
    has_label_maps=True,
)
CAMVID_CLASSES = (
    *("sky", "building", "pole", "road", "pavement", "tree"),
    *("sign", "fence", "car", "pedestrian", "bicyclist", "void"),
)


def _flower_places(folder: Path) -> Callable[[re.Match], str]:
    """Flowers come in one folder; two Matlab files tell their classes and splits, from 1 on."""
    labels = read_matlab(folder / "imagelabels.mat")["labels"].ravel()
    splits = read_matlab(folder / "setid.mat")
    split_of = {
        int(number): split
        for split, array in (("train", "trnid"), ("val", "valid"), ("test", "tstid"))
        for number in splits[array].ravel()
    }

    def place(member: re.Match) -> str:
        number = int(member[2])
        return f"{split_of[number]}/{labels[number - 1]:03}/{member[1]}"

    return place


FLOWERS102 = Pictures(
    archives=(
        Archive(
            "imagelabels.mat",
            "sha256:4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d",
        ),
        Archive(
            "setid.mat", "sha256:46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd"
        ),
        Archive(
            "102flowers.tgz",
            "sha256:2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246",
            members=r"jpg/(image_(\d{5})\.jpg)",
            num_pictures=8_189,
        ),
    ),
    folders=THREE_SPLITS,
    num_pictures={"train": 1_020, "val": 1_020, "test": 6_149},
    size=256,
    places=_flower_places,
)
