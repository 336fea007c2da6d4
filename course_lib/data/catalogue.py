"""The data sets of the course: what their arrays are, and where their files can be had.

A hash is the SHA-256 of the pixels or labels as the file lists them, one byte each. Mirrors
may compress a file differently; what it decodes to is the same everywhere.
"""

from dataclasses import dataclass, field

from course_lib.data.digits import EMBEDDED

SPLITS = ("train", "test")


@dataclass(frozen=True)
class Original:
    """One file as its authors publish it, and the array it must decode to."""

    file: str
    shape: tuple[int, ...]
    sha256: str


@dataclass(frozen=True)
class DataSet:
    """One data set; one without mirrors comes with an installed package."""

    title: str
    mirrors: tuple[str, ...] = ()
    originals: dict[str, Original] = field(default_factory=dict)


def _idx_files(*sha256: str) -> dict[str, Original]:
    """The four files that MNIST and the sets made after it consist of."""
    rows = (
        ("train_images", "train-images-idx3-ubyte.gz", (60_000, 28, 28)),
        ("train_labels", "train-labels-idx1-ubyte.gz", (60_000,)),
        ("test_images", "t10k-images-idx3-ubyte.gz", (10_000, 28, 28)),
        ("test_labels", "t10k-labels-idx1-ubyte.gz", (10_000,)),
    )
    return {
        array: Original(file, shape, hash_)
        for (array, file, shape), hash_ in zip(rows, sha256, strict=True)
    }


CATALOGUE = {
    EMBEDDED: DataSet("5,000 digits out of MNIST's training set: 4,000 and 1,000"),
    "mnist": DataSet(
        "70,000 handwritten digits, 28 x 28: 60,000 and 10,000",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        _idx_files(
            "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
            "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
            "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
            "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        ),
    ),
    "fashion_mnist": DataSet(
        "70,000 pictures of clothes, 28 x 28: 60,000 and 10,000",
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        _idx_files(
            "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
            "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
            "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
            "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
        ),
    ),
}


def entry(name: str) -> DataSet:
    """The data set of this name; ValueError lists the names there are."""
    if name not in CATALOGUE:
        raise ValueError(f"name is '{name}'; the data sets are {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]
