"""Dropout and its gap. Oracle: the paper's numbers, formulas by hand, the record's own runs."""

import itertools
import json
import math

import pytest
import torch
from torch import nn

from course_lib.experiments.dropout_gap import DropoutGap, RisingMomentum
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.steps import BudgetSpentError, Run
from course_lib.experiments.pieces.dropout_networks import (
    DropoutNetwork,
    StepLosses,
    batch_losses,
    difference,
    inverted,
    shorten,
    with_scaled_weights,
)
from course_lib.experiments.pieces.thinning import thinned
from course_lib.optimizers import SGD
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dropout")
    run_experiment(DropoutGap(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("dropout_gap", 0, folder)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return DropoutNetwork(30, "rectified", 0.2, 0.5, StepLosses(1, 1))


def test_the_defaults_are_the_papers():
    # Appendix A.1: batches of 100, a rate of 10 times 0.998 an epoch, a momentum from 0.5 to 0.99
    # over 500 epochs, squared lengths of 15; 3,000 epochs; half of the units, a fifth of the pixels
    paper = DropoutGap()
    assert (paper.batch_size, paper.epochs, paper.width) == (100, 3_000, 800)
    assert (paper.learning_rate, paper.rate_decay) == (10.0, 0.998)
    assert (paper.first_momentum, paper.last_momentum, paper.momentum_epochs) == (0.5, 0.99, 500)
    assert (paper.squared_length, paper.hidden_dropout, paper.pixel_dropout) == (15.0, 0.5, 0.2)
    assert paper.scale().of_paper == round(55_000 / 60_000, 6)


def test_the_laptops_run_is_a_fraction():
    laptop = DropoutGap().laptop()
    assert laptop.scale().of_paper == round(laptop.epochs * 10_000 / (3_000 * 60_000), 6) < 0.01
    assert "10,000 digits" in laptop.scale().note


def test_the_answers_follow_from_the_runs(made):
    runs = made.measures["runs"]
    assert list(runs) == ["none", "hidden", "hidden_and_pixels"]
    for arm, found in runs.items():
        gap = found["test_error"] - found["network_train_error"]
        assert made.measures["gap"][arm] == pytest.approx(gap, abs=1e-6)
        assert len(found["bounces"]) == len(found["epochs"]) == made.config["epochs"]
        told = made.measures["bounce"][arm]
        assert told["of_loss"] == found["bounces"][-1]
        share = found["bounces"][-1] / found["epochs"][-1]["train_loss"]
        assert told["of_mean"] == pytest.approx(share, abs=1e-4)
        # The first network of the paper, 784-800-800-10, is narrower here.
        width = made.config["width"]
        assert found["num_parameters"] == 785 * width + (width + 1) * width + (width + 1) * 10


def test_both_scalings_are_one_network_and_the_lectures_rule_is_another(made):
    found = made.measures["runs"]["hidden_and_pixels"]
    assert max(found["scalings_differ_by"].values()) < 1e-5
    assert found["test_error_scaled_by_drop_probability"] > found["test_error"]


def test_the_inverted_twin_differs_where_the_scaling_is_left_out(network):
    # Oracle for the check above: with the weights as they are, the two are far apart.
    images = torch.rand(20, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    unscaled = with_scaled_weights(network, lambda p: 1.0, nn.Dropout)
    for mode in (True, False):
        assert difference(network.train(mode), inverted(network).train(mode), images) < 1e-5
        assert difference(network.train(mode), unscaled.train(mode), images) > 0.1


def test_weights_behind_a_dropout_are_scaled_by_its_own_probability(network):
    twin = with_scaled_weights(network, lambda p: p, lambda p: nn.Identity())
    before = [layer.weight for layer in network.layers if isinstance(layer, nn.Linear)]
    after = [layer.weight for layer in twin.layers if isinstance(layer, nn.Linear)]
    for old, new, p in zip(before, after, (0.2, 0.5, 0.5), strict=True):
        torch.testing.assert_close(new, p * old)


def test_the_bounce_is_the_deviation_of_the_changes():
    losses = StepLosses(epochs=2, num_batches=4)
    wanted = [[2.0, 1.0, 3.0, 0.5], [1.0, 1.0, 1.0, 1.0]]
    for value in itertools.chain(*wanted):
        # Cross entropy of scores (0, s) for class 0 is log(1 + e^s).
        score = math.log(math.expm1(value))
        assert float(losses(torch.tensor([[0.0, score]]), torch.tensor([0]))) == pytest.approx(
            value
        )
    # Changes -1, 2, -2.5: mean -0.5; squares of what is left 0.25 + 6.25 + 4 over 3 - 1.
    assert losses.bounces() == pytest.approx([math.sqrt(10.5 / 2), 0], abs=1e-5)


def test_losses_of_batches_bounce_by_what_is_dropped_too(network):
    draw = torch.Generator().manual_seed(0)
    images = torch.rand(60, 1, 28, 28, generator=draw)
    labels = torch.randint(10, (60,), generator=draw)
    found = batch_losses(network, images, labels, 20)
    with torch.no_grad():
        scores = network.eval()(images)
        each = torch.stack(
            [
                nn.functional.cross_entropy(scores[k : k + 20], labels[k : k + 20])
                for k in (0, 20, 40)
            ]
        )
    assert found["whole"]["mean"] == pytest.approx(float(each.mean()), abs=1e-5)
    assert found["whole"]["deviation"] == pytest.approx(float(each.std()), abs=1e-5)
    assert found["thinned"]["deviation"] > found["whole"]["deviation"]


def test_a_network_without_dropout_is_the_same_in_training(made):
    found = made.measures["runs"]["none"]["batch_losses"]
    assert found["thinned"] == found["whole"]


def test_rate_and_momentum_follow_the_papers_schedule():
    weight = nn.Parameter(torch.zeros(1))
    optimizer = SGD([weight], lr=10.0, momentum=0.5)
    schedule = RisingMomentum(optimizer, DropoutGap())
    for epoch in range(601):
        group = optimizer.param_groups[0]
        momentum = 0.99 if epoch >= 500 else epoch / 500 * 0.99 + (1 - epoch / 500) * 0.5
        assert group["lr"] == pytest.approx(10 * 0.998**epoch)
        assert group["momentum"] == group["dampening"] == pytest.approx(momentum)
        weight.grad = torch.ones(1)
        optimizer.step()
        schedule.step()


def test_long_weights_are_shortened_and_short_ones_left_alone():
    layer = nn.Linear(2, 2)
    layer.weight.data = torch.tensor([[3.0, 4.0], [0.3, 0.4]])
    shorten([layer], squared_length=4.0)
    # (3, 4) has the length 5, and 2 is allowed.
    torch.testing.assert_close(layer.weight.data, torch.tensor([[1.2, 1.6], [0.3, 0.4]]))


def test_the_constraint_acts_in_every_step_of_the_optimizer():
    experiment = DropoutGap()
    model = DropoutNetwork(8, "rectified", 0.0, 0.5, StepLosses(1, 1))
    optimizer, _ = experiment._optimizer(model, has_dropout=True)
    for weight in model.parameters():
        weight.grad = torch.full_like(weight, 3.0)
    optimizer.step()
    first, second, last = (each for each in model.layers if isinstance(each, nn.Linear))
    for layer in (first, second):
        assert layer.weight.square().sum(1).max() <= 15 * (1 + 1e-5)
    assert last.weight.square().sum(1).max() > 15


def test_a_long_training_is_told_by_few_epochs():
    rows = thinned(list(range(1, 3_001)), most=60)
    assert rows[0] == 1
    assert rows[-1] == 3_000
    assert len(rows) <= 62
    assert thinned([1, 2, 3], most=60) == [1, 2, 3]


def test_a_run_cut_short_finds_its_losses_again(made, tmp_path, monkeypatch):
    # Also: the same seed gives the same answer.
    calls = []

    def spent(run):
        calls.append(1)
        if len(calls) == 3:  # before the step, after its first epoch, after its second
            raise BudgetSpentError

    folders = {"results": tmp_path, "checkpoints": tmp_path / "c", "quick": True}
    with monkeypatch.context() as patch:
        patch.setattr(Run, "check_budget", spent)
        with pytest.raises(BudgetSpentError):
            run_experiment(DropoutGap(), 0, **folders)
    run_experiment(DropoutGap(), 0, **folders)
    again = record("dropout_gap", 0, tmp_path)
    assert without_seconds(again.measures) == without_seconds(made.measures)


def without_seconds(measures):
    return json.loads(json.dumps(measures), object_hook=lambda found: {**found, "seconds": None})
