"""Oracle: means and deviations by hand, and torch's."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from course_lib.inspection import activation_statistics


def test_each_layer_is_described():
    model = nn.Sequential(nn.Sequential(nn.Identity(), nn.ReLU()), nn.Flatten())
    first, second, third = activation_statistics(model, torch.tensor([[-3.0, 0.0], [1.0, 4.0]]))
    assert [first.name, second.name, third.name] == ["0.0", "0.1", "1"]
    assert (first.kind, first.mean, first.zeros) == ("Identity", 0.5, 0.25)
    # Squares of -3.5, -0.5, 0.5 and 3.5 add up to 25.
    assert first.deviation == 2.5
    assert (second.mean, second.zeros) == (1.25, 0.5)


def test_a_batch_normalization_centers_in_training_only():
    model = nn.BatchNorm1d(3)
    values = torch.randn(50, 3) * 4 + 7
    (trained,) = activation_statistics(model, values, training=True)
    (evaluated,) = activation_statistics(model, values)
    assert trained.mean == pytest.approx(0, abs=1e-6)
    assert trained.deviation == pytest.approx(1, abs=1e-4)
    assert evaluated.mean == pytest.approx(values.mean().item(), rel=1e-4)


def test_tanh_with_small_weights_shrinks_what_goes_through():
    model = nn.Sequential()
    for _ in range(4):
        model.extend([nn.Linear(50, 50, bias=False), nn.Tanh()])
    for layer in model[::2]:
        nn.init.normal_(layer.weight, std=0.01)
    deviations = [s.deviation for s in activation_statistics(model, torch.randn(80, 50))][::2]
    # Each layer multiplies the deviation by about 0.01 times the root of 50.
    for before, after in pairwise(deviations):
        assert after / before == pytest.approx(0.0707, rel=0.2)


def test_of_several_outputs_the_first_is_described():
    model = nn.LSTM(4, 6)
    (found,) = activation_statistics(model, torch.randn(3, 2, 4))
    assert (found.name, found.kind) == ("LSTM", "LSTM")


@pytest.mark.parametrize("training", [True, False])
def test_the_model_is_left_as_it_was(network, images, training, stays_as_it_is):
    with stays_as_it_is(network):
        activation_statistics(network, images, training)


def test_images_that_do_not_fit_leave_no_hooks(network, stays_as_it_is):
    with stays_as_it_is(network), pytest.raises(ValueError, match="does not fit"):
        activation_statistics(network, torch.ones(2, 1, 7, 9))


def test_the_table_shows_itself():
    found = activation_statistics(nn.ReLU(), torch.tensor([[-1.0, 0.123456]]))
    assert repr(found).splitlines()[-1].split() == ["ReLU", "ReLU", "0.0617", "0.0617", "0.5"]
    assert "<td" in found._repr_html_()


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_the_same(network, images):
    expected = [s.mean for s in activation_statistics(network, images)]
    found = [s.mean for s in activation_statistics(network.cuda(), images)]
    assert found == pytest.approx(expected, abs=1e-3)
