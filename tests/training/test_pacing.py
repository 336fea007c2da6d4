"""When the rate moves. Oracles: the schedule alone, and the same run without a stop."""

import pytest
from torch.nn import functional as F
from torch.optim import lr_scheduler

from course_lib.optimizers import (
    SGD,
    Adam,
    AdamW,
    CosineAnnealingLR,
    OneCycleLR,
    ReduceLROnPlateau,
)
from course_lib.training import fit


@pytest.mark.parametrize("kind", [ReduceLROnPlateau, lr_scheduler.ReduceLROnPlateau])
def test_a_schedule_that_waits_for_a_plateau_is_told_the_validation_error(network, digits, kind):
    # Oracle: the same schedule, led by the errors that fit reports.
    model = network()
    rates, wanted = [], []
    optimizer, other = (SGD(each.parameters(), lr=0.5) for each in (model, network()))
    fits, expects = (kind(each, patience=0, threshold=0.2) for each in (optimizer, other))
    history = fit(
        model,
        F.cross_entropy,
        optimizer,
        *digits,
        epochs=8,
        batch_size=250,
        schedule=fits,
        after_epoch=lambda epoch: rates.append(optimizer.param_groups[0]["lr"]),
    )
    other.step()
    for epoch in history.epochs:
        expects.step(epoch.validation_error)
        wanted.append(other.param_groups[0]["lr"])
    assert rates == wanted
    assert rates[0] == 0.5 > rates[-1]


def test_a_plateau_can_only_be_seen_after_an_epoch_and_with_validation_data(network, digits):
    train, validation = digits
    model = network()
    optimizer = SGD(model.parameters())
    options = {"epochs": 1, "batch_size": 64, "schedule": ReduceLROnPlateau(optimizer)}
    with pytest.raises(ValueError, match=r"validation is None.*\(it is 'epoch'\)"):
        fit(model, F.cross_entropy, optimizer, train, **options)
    with pytest.raises(ValueError, match=r"validation is given.*\(it is 'batch'\)"):
        fit(model, F.cross_entropy, optimizer, train, validation, schedule_each="batch", **options)
    with pytest.raises(ValueError, match="schedule_each is 'step'; say 'epoch' or 'batch'"):
        fit(model, F.cross_entropy, optimizer, train, validation, schedule_each="step", **options)


def test_a_schedule_can_take_a_step_after_each_batch(network, digits):
    # Oracle: the schedule alone, 2 epochs of 4 batches (the last is smaller).
    model, other = network(), network()
    optimizer, alone = (SGD(each.parameters(), lr=0.1) for each in (model, other))
    schedule, expected = (OneCycleLR(each, 0.1, total_steps=8) for each in (optimizer, alone))
    seen, wanted = [], []

    def loss(scores, labels):
        seen.append(optimizer.param_groups[0]["lr"])
        return F.cross_entropy(scores, labels)

    settings = {"epochs": 2, "batch_size": 300, "schedule": schedule, "schedule_each": "batch"}
    fit(model, loss, optimizer, *digits, **settings)
    for _ in range(8):
        wanted.append(alone.param_groups[0]["lr"])
        alone.step()
        expected.step()
    assert seen == wanted
    assert schedule.last_epoch == 8


SCHEDULES = {
    "plateau": (SGD, lambda o: ReduceLROnPlateau(o, patience=0, threshold=0.3, warmup=1), "epoch"),
    "torch's plateau": (
        SGD,
        lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.3),
        "epoch",
    ),
    "one cycle": (Adam, lambda o: OneCycleLR(o, 0.02, total_steps=4 * 16), "batch"),
    "none": (SGD, lambda o: None, "epoch"),
    "cosine": (AdamW, lambda o: CosineAnnealingLR(o, 4, warmup=1), "epoch"),
}


def stopped_after(stops, network, digits, checkpoint, kind, build, each):
    """The rates, the epochs and some weights of a run that ended and began again at each stop."""
    rates = []
    for epochs in stops:
        model = network()
        optimizer = kind(model.parameters(), lr=0.01)
        history = fit(
            model,
            F.cross_entropy,
            optimizer,
            *digits,
            epochs=epochs,
            batch_size=64,
            schedule=build(optimizer),
            schedule_each=each,
            checkpoint=checkpoint,
            after_epoch=lambda epoch, o=optimizer: rates.append(o.param_groups[0]["lr"]),
        )
    return rates, history.epochs, model[2].weight.tolist()


@pytest.mark.parametrize("name", SCHEDULES)
def test_goes_on_where_it_was(network, digits, tmp_path, name):
    whole = stopped_after([4], network, digits, tmp_path / "whole", *SCHEDULES[name])
    parts = stopped_after([1, 2, 4], network, digits, tmp_path / "parts", *SCHEDULES[name])
    assert parts == whole
    assert (len(set(whole[0])) > 1) == (name != "none"), "the rate never changed"
