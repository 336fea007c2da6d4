"""The training loop: against a loop written out, twice the same, and stopped by NaN."""

from itertools import chain

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import StepLR

from course_lib.architectures import lenet5_modern
from course_lib.data import load, split_off
from course_lib.optimizers import SGD
from course_lib.training import TrainingDivergedError, error_rate, fit


def trained(network, digits, **options):
    model = network()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    settings = {"epochs": 2, "batch_size": 64, "seed": 3} | options
    return model, fit(model, F.cross_entropy, optimizer, *digits, **settings)


def same_weights(model, other):
    pairs = zip(model.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def test_equals_a_loop_written_out():
    # Oracle: the steps by hand, for plain gradient descent on one batch per epoch.
    images, labels = torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
    model, other = nn.Linear(4, 3), nn.Linear(4, 3)
    other.load_state_dict(model.state_dict())
    optimizer = SGD(model.parameters(), lr=0.1)
    schedule = StepLR(optimizer, step_size=2, gamma=0.5)
    history = fit(
        model,
        F.cross_entropy,
        optimizer,
        (images, labels),
        epochs=4,
        batch_size=6,
        schedule=schedule,
    )
    losses = []
    for rate in (0.1, 0.1, 0.05, 0.05):
        other.zero_grad()
        loss = F.cross_entropy(other(images), labels)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for parameter in other.parameters():
                parameter -= rate * parameter.grad
    torch.testing.assert_close(model.weight, other.weight)
    assert [epoch.train_loss for epoch in history.epochs] == pytest.approx(losses)
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4]
    assert all(epoch.validation_error is None for epoch in history.epochs)


def test_every_epoch_sees_every_image_once_in_an_order_of_its_own():
    seen = []

    class Watch(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(2))

        def forward(self, x):
            if self.training:
                seen.append(x[:, 0].tolist())
            return x[:, :1] * self.weight

    model = Watch().eval()  # fit turns training mode on
    images, labels = torch.arange(10.0)[:, None], torch.zeros(10, dtype=torch.int64)
    optimizer = SGD(model.parameters(), lr=0.1)
    part = (images, labels)
    fit(model, F.cross_entropy, optimizer, part, part, epochs=2, batch_size=4, seed=0)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    first, second = list(chain(*seen[:3])), list(chain(*seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert first != list(range(10))


def test_means_weigh_a_smaller_last_batch_by_its_size():
    # By hand: with a learning rate of 0 the mean over batches is the mean over images.
    model = nn.Linear(4, 3)
    images, labels = torch.randn(7, 4), torch.tensor([0, 1, 2, 0, 1, 2, 0])
    optimizer = SGD(model.parameters(), lr=0.0)
    part = (images, labels)
    epoch = fit(model, F.cross_entropy, optimizer, part, part, epochs=1, batch_size=5).epochs[0]
    assert epoch.train_loss == pytest.approx(F.cross_entropy(model(images), labels).item())
    assert epoch.train_error == pytest.approx(error_rate(model, images, labels))
    assert epoch.validation_error == epoch.train_error


def test_learns_to_read_digits():
    # On so few digits a linear classifier stays near 10 %.
    images, labels = load("mnist_5k", "train")
    train, validation = split_off((images.float() - 33) / 79, labels, 1000, seed=0)
    model = lenet5_modern()
    optimizer = SGD(model.parameters(), lr=0.02, momentum=0.9)
    history = fit(model, F.cross_entropy, optimizer, train, validation, epochs=6, batch_size=32)
    errors = [epoch.validation_error for epoch in history.epochs]
    assert errors[-1] == error_rate(model, *validation)
    assert errors[-1] < 0.08
    assert history.epochs[-1].train_error < history.epochs[0].train_error
    assert history.seconds > 0


def test_same_seed_same_weights_other_seed_other_weights(network, digits):
    first, history = trained(network, digits)
    second, again = trained(network, digits)
    other, _ = trained(network, digits, seed=4)
    assert same_weights(first, second)
    assert history.epochs == again.epochs
    assert not same_weights(first, other)


def test_tells_each_epoch_as_it_ends(network, digits):
    told = []
    _, history = trained(network, digits, after_epoch=told.append)
    assert tuple(told) == history.epochs


def test_shows_no_bar_where_nobody_watches(network, digits, capfd):
    trained(network, digits)
    assert capfd.readouterr() == ("", "")


def test_stops_when_the_loss_is_no_number_and_says_what_to_try(network, digits):
    model = network()
    optimizer = SGD(model.parameters(), lr=1e30)
    with pytest.raises(TrainingDivergedError) as error:
        fit(model, cubed, optimizer, *digits, epochs=9, batch_size=64)
    message = str(error.value)
    assert "In epoch 1 " in message
    assert "The learning rate is 1e+30: try 1e+29" in message


def cubed(scores, labels):
    """A loss that grows without bound, so that a large step is a fatal one."""
    return scores[torch.arange(len(labels)), labels].pow(3).mean()


def test_a_bad_last_step_is_noticed_too(digits):
    # One batch: its loss is finite, the weights after it are not.
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    optimizer = SGD(model.parameters(), lr=float("inf"))
    with pytest.raises(TrainingDivergedError, match="a weight stopped being"):
        fit(model, F.cross_entropy, optimizer, digits[0], epochs=1, batch_size=1000)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs is 0 and batch_size 64; both start at 1"),
        ({"batch_size": 0}, "epochs is 2 and batch_size 0"),
    ],
)
def test_refuses_counts_below_one(network, digits, options, message):
    with pytest.raises(ValueError, match=message):
        trained(network, digits, **options)


def test_refuses_parts_that_do_not_match(network, digits, without_shape_checks):
    (images, labels), validation = digits
    with pytest.raises(ValueError, match="train has 1000 images and 999 labels"):
        trained(network, ((images, labels[:-1]), validation))
    with pytest.raises(ValueError, match="validation has 0 images and 0 labels"):
        trained(network, ((images, labels), (images[:0], labels[:0])))


def test_refuses_data_on_another_device(network, digits):
    (images, labels), validation = digits
    elsewhere = (images.to("meta"), labels)
    with pytest.raises(ValueError, match="The model is on cpu; train has images on meta"):
        trained(network, (elsewhere, validation))


@pytest.mark.gpu
def test_learns_on_the_gpu(network, digits):
    on_gpu = tuple((images.cuda(), labels.cuda()) for images, labels in digits)
    model = network().cuda()
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    history = fit(model, F.cross_entropy, optimizer, *on_gpu, epochs=8, batch_size=64)
    assert history.epochs[-1].validation_error < 0.2
