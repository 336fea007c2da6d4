"""What a batch holds. Oracle: the whole set changed at once, with the keys written out."""

import pytest
import torch
from torch import Generator, nn
from torch.nn import functional as F

from course_lib.data.augmentation import Compose, RandomCrop, RandomRotation, sample_keys
from course_lib.optimizers import SGD
from course_lib.training import fit
from course_lib.training.batches import Batches

AUGMENT = Compose(RandomCrop(28, padding=3), RandomRotation(15))


@pytest.fixture
def bytes_of_digits(digits):
    (images, _), _ = digits
    return (images[:50] * 255).byte(), torch.arange(50)  # a label tells the place in the set


def seen(batches, epoch):
    """The images of an epoch, put back in the order of the set."""
    found = list(batches.epoch(epoch))
    places = torch.cat([batch.labels for batch in found])
    return torch.cat([batch.images for batch in found])[places.argsort()]


@pytest.mark.parametrize("batch_size", [1, 16, 50])
def test_what_becomes_of_an_image_does_not_depend_on_the_batch(bytes_of_digits, batch_size):
    images, places = bytes_of_digits
    batches = Batches(bytes_of_digits, batch_size, 7, Generator().manual_seed(7), AUGMENT)
    for epoch in (1, 2):
        wanted = AUGMENT(images, keys=sample_keys(7, epoch, places))
        assert torch.equal(seen(batches, epoch), wanted)
    assert not torch.equal(wanted, AUGMENT(images, keys=sample_keys(7, 1, places)))


def test_fit_hands_bytes_to_the_augmentation_and_to_the_network(bytes_of_digits, monkeypatch):
    given = []

    class Bytes(nn.Sequential):
        def forward(self, images):
            given.append(images)
            return super().forward(images.float() / 255)

    model = Bytes(nn.Flatten(), nn.Linear(784, 50))
    optimizer = SGD(model.parameters(), lr=0.01)
    options = {"epochs": 1, "batch_size": 20, "seed": 4, "augment": AUGMENT}
    fit(model, F.cross_entropy, optimizer, bytes_of_digits, bytes_of_digits, **options)
    images, places = bytes_of_digits
    wanted = AUGMENT(images, keys=sample_keys(4, 1, places))
    order = torch.randperm(50, generator=Generator().manual_seed(4))
    assert torch.equal(torch.cat(given[:3]), wanted[order])
    assert torch.equal(given[3], images)  # the validation images as they are


@pytest.mark.parametrize(("num", "sizes"), [(1, [10]), (3, [4, 3, 3]), (20, [1] * 10)])
def test_parts_hold_each_image_once(num, sizes):
    examples = torch.rand(10, 2), torch.arange(10)
    (batch,) = Batches(examples, 10, 0, Generator()).epoch(1)
    parts = list(batch.parts(num))
    assert [len(labels) for _, labels in parts] == sizes
    assert torch.equal(torch.cat([labels for _, labels in parts]), batch.labels)
    assert torch.equal(torch.cat([images for images, _ in parts]), batch.images)


def test_counts_the_last_smaller_batch():
    examples = torch.rand(10, 2), torch.arange(10)
    for batch_size, num in ((1, 10), (3, 4), (5, 2), (10, 1), (11, 1)):
        batches = Batches(examples, batch_size, 0, Generator())
        assert len(batches) == len(list(batches.epoch(1))) == num
