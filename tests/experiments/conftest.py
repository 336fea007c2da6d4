"""A small stand-in for full MNIST, made of embedded digits."""

import numpy as np
import pytest

from course_lib.data import load


@pytest.fixture
def small_mnist(tmp_path, monkeypatch):
    """A folder as COURSE_DATA in which `mnist` has 600 training and 100 test digits."""
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for split, num in (("train", 600), ("test", 100)):
        images, labels = load("mnist_5k", split)
        np.save(folder / f"{split}_images.npy", images[:num, 0].numpy())
        np.save(folder / f"{split}_labels.npy", labels[:num].numpy())
    monkeypatch.setenv("COURSE_DATA", str(folder.parent))
    return folder
