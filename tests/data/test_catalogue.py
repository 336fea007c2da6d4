"""What the catalogue says of the sets. Oracle: its own titles; the sets where they are at hand."""

import os
import re

import pytest

from course_lib.data import class_names, load, prepare
from course_lib.data.catalogue import CATALOGUE
from course_lib.data.picture_sets import CAMVID, FLOWERS102, HYMENOPTERA


def test_the_catalogue_counts_what_its_titles_say():
    for name, pictures in (
        ("camvid", CAMVID),
        ("hymenoptera", HYMENOPTERA),
        ("flowers102", FLOWERS102),
    ):
        numbers = [
            int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\d", CATALOGUE[name].title)
        ]
        assert numbers[0] == sum(pictures.num_pictures.values())
        assert numbers[-len(pictures.folders) :] == list(pictures.num_pictures.values())
        assert set(pictures.folders.values()) == set(pictures.num_pictures)
    members = [archive.num_pictures for archive in CAMVID.archives]
    assert members == [2 * 701]
    assert [archive.num_pictures for archive in FLOWERS102.archives] == [0, 0, 8_189]
    assert sum(archive.num_pictures for archive in HYMENOPTERA.archives) == 397
    sizes = [pictures.size for pictures in (CAMVID, HYMENOPTERA, FLOWERS102)]
    assert sizes == [(180, 240), 256, 256]  # AlexNet cuts 224 out of 256
    # Nobody saw these archives here.
    for pictures in (CAMVID, HYMENOPTERA, FLOWERS102):
        assert not any(archive.verified for archive in pictures.archives)


def test_classes_have_names():
    sizes = {"mnist_5k": 10, "mnist": 10, "fashion_mnist": 10, "cifar10": 10}
    sizes |= {"hymenoptera": 2, "camvid": 12, "flowers102": 102}
    assert {name: len(class_names(name)) for name in CATALOGUE if name in sizes} == sizes
    assert class_names("camvid")[11] == "void"
    assert class_names("flowers102")[0] == "001"
    assert class_names("flowers102")[-1] == "102"
    assert class_names("cifar10")[3] == "cat"
    with pytest.raises(ValueError, match="name is 'minst'"):
        class_names("minst")


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("hymenoptera", {"train": (244, 3, 256, 256), "test": (153, 3, 256, 256)}),
        ("camvid", {"train": (367, 3, 180, 240), "validation": (101, 3, 180, 240)}),
    ],
)
def test_the_real_pictures_where_they_are_at_hand(name, shapes, tmp_path):
    where = os.environ.get("COURSE_DATA")
    if not where or not os.path.isdir(os.path.join(where, name)):
        pytest.skip(f"needs {name} in COURSE_DATA")
    (tmp_path / name).mkdir()
    for part in os.scandir(os.path.join(where, name)):
        if part.name != "cached":
            os.symlink(part.path, tmp_path / name / part.name)
    prepare(name, tmp_path)
    for split, shape in shapes.items():
        images, labels = load(name, split, tmp_path)
        assert tuple(images.shape) == shape
        assert labels.unique().tolist() == list(range(len(class_names(name))))
        assert labels.shape in ((shape[0],), (shape[0], *shape[2:]))
