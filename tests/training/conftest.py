"""Digits and a small network for the tests of training."""

import pytest
import torch
from torch import nn

from course_lib.data import load
from course_lib.training import Epoch, Record


def small_network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(196, 32),
        nn.Dropout(0.1),
        nn.ReLU(),
        nn.Linear(32, 10),
    )


@pytest.fixture
def network():
    """A builder of the same network, first weights included; dropout draws from torch."""
    return small_network


@pytest.fixture(scope="session")
def digits():
    """1,000 training and 500 validation digits."""
    images, labels = load("mnist_5k", "train")
    images = images.float() / 255
    return (images[:1000], labels[:1000]), (images[1000:1500], labels[1000:1500])


@pytest.fixture
def made_record():
    """A builder of a right record; any field can be given another value."""

    def make(**changes):
        values = {
            "experiment": "trial",
            "question": "Does it work?",
            "seed": 0,
            "config": {"epochs": 2},
            "scale": {"kind": "fraction", "of_paper": 0.5, "note": "half of it"},
            "digest": "0123456789abcdef" * 4,
            "versions": {"python": "3.11.7"},
            "device": "cpu",
            "seconds": 1.5,
            "epochs": (Epoch(1, 2.0, 0.5, 0.4), Epoch(2, 1.0, 0.3, None)),
            "test": {"error": 0.25},
        }
        return Record(**values | changes)

    return make
