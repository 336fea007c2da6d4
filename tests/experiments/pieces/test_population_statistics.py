"""Statistics after training. Oracles: by hand, and the inputs that each layer really had."""

import pytest
import torch

from course_lib.experiments.batch_norm_rates import SmallNetwork
from course_lib.experiments.pieces.pictures import Centered, load_pictures, seeded
from course_lib.experiments.pieces.population_statistics import (
    WithPopulationStatistics,
    estimate_statistics,
)
from course_lib.training import error_rate


@pytest.fixture
def pictures():
    return load_pictures("mnist_5k", "cpu", num_validation=500, num_train=100)


@pytest.fixture
def wrapped(pictures):
    return seeded(
        lambda: WithPopulationStatistics(SmallNetwork(4, norm=True), pictures, 30), 0, "cpu"
    )


def norms_of(network):
    return [part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d)]


def test_statistics_are_the_plain_mean_of_those_of_the_batches_by_hand():
    norm = torch.nn.BatchNorm2d(1).eval()
    norm.running_mean.fill_(99.0)
    batches = [torch.tensor(values).reshape(-1, 1, 1, 1) for values in ([0.0, 2], [3.0, 7])]
    estimate_statistics(norm, batches)
    # Means 1 and 5; variances over n - 1, as in the paper's line 10: 2 and 8.
    assert (norm.running_mean.item(), norm.running_var.item()) == (3, 5)
    assert (norm.momentum, norm.training) == (0.1, False)


def test_each_layers_statistics_are_those_of_its_own_inputs_in_training(pictures, wrapped):
    inputs = {}
    for norm in norms_of(wrapped):
        norm.register_forward_pre_hook(
            lambda part, given: inputs.setdefault(part, []).append((part.training, given[0]))
        )
    model = Centered(wrapped, pictures.centering)
    error_rate(model, *pictures.validation)
    for norm in norms_of(wrapped):
        seen = [given for training, given in inputs[norm] if training]
        assert [len(given) for given in seen] == [30, 30, 30]  # 10 of 100 are too few for a batch
        means = torch.stack([given.mean((0, 2, 3)) for given in seen])
        variances = torch.stack([given.var((0, 2, 3)) for given in seen])
        torch.testing.assert_close(norm.running_mean, means.mean(0))
        torch.testing.assert_close(norm.running_var, variances.mean(0))
    first = wrapped.network.convolutions[0]
    centering, pixels = pictures.centering, pictures.train[0][:90].float() / 255
    shown = first.convolution(((pixels - centering.mean) / centering.deviation).float())
    torch.testing.assert_close(first.norm.running_mean, shown.mean((0, 2, 3)))


def test_they_are_taken_anew_after_training_and_only_then(pictures, wrapped):
    model = Centered(wrapped, pictures.centering)
    norm = norms_of(wrapped)[0]

    def asked():
        error_rate(model, *pictures.validation)
        return norm.running_mean.clone()

    before = asked()
    norm.running_mean.add_(1)
    assert torch.equal(asked(), before + 1)  # nothing was trained: nothing is taken anew
    model.train()
    model(pictures.train[0][:30])
    assert torch.equal(asked(), before)  # the momentum of 0.1 left no trace


def test_measuring_changes_neither_weights_nor_modes_nor_what_training_does(pictures, wrapped):
    model = Centered(wrapped, pictures.centering).train()
    plain = Centered(seeded(lambda: SmallNetwork(4, norm=True), 0, "cpu"), pictures.centering)
    images = pictures.train[0][:30]
    weights = [parameter.clone() for parameter in model.parameters()]
    error_rate(model, *pictures.validation)
    assert all(module.training for module in model.modules())
    assert all(norm.momentum == 0.1 for norm in norms_of(model))
    assert all(map(torch.equal, model.parameters(), weights))
    assert torch.equal(model(images), plain.train()(images))
