"""Error rates, worked by hand."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from course_lib.training import error_rate, predictions, thaw_deepest


class Echo(nn.Module):
    """Its scores are its input."""

    def forward(self, x):
        return x


SCORES = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]])
LABELS = torch.tensor([0, 1, 2, 2])


@pytest.mark.parametrize("batch_size", [1, 3, 4, 100])
def test_counts_wrong_answers_in_batches_that_do_not_divide(batch_size):
    assert predictions(Echo(), SCORES, batch_size).tolist() == [0, 1, 2, 1]
    assert error_rate(Echo(), SCORES, LABELS, batch_size) == 0.25


@pytest.mark.parametrize("training", [True, False])
def test_measures_in_evaluation_mode_and_leaves_the_mode_as_it_was(training):
    # With dropout of everything, a network in training mode answers 0 to all.
    model = nn.Sequential(Echo(), nn.Dropout(p=1.0)).train(training)
    assert error_rate(model, SCORES, LABELS) == 0.25
    assert model.training is training


def test_no_images_is_an_error(without_shape_checks):
    with pytest.raises(ValueError, match="images is empty"):
        error_rate(Echo(), SCORES[:0], LABELS[:0])


def test_what_learns_in_a_frozen_network_is_measured_in_evaluation_too():
    # A frozen root is in evaluation mode, its thawed block is not.
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    thaw_deepest(model, 1)
    model.train()
    model(SCORES)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert not model.training
    assert model[1].training
    expected = deepcopy(model).eval()(SCORES).argmax(1)
    assert predictions(model, SCORES).equal(expected)
    assert all(value.equal(before[name]) for name, value in model.state_dict().items())
    assert model[1].training


def test_a_layer_that_was_put_into_evaluation_stays_there():
    model = nn.Sequential(Echo(), nn.Dropout(p=1.0)).train()
    model[1].eval()
    predictions(model, SCORES)
    assert model.training
    assert not model[1].training
