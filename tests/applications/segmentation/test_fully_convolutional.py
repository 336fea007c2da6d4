"""Fully connected layers as convolutions. Oracle: the layers they were made from."""

import pytest
import torch
from torch import nn

from course_lib.applications.segmentation import as_convolutions


def _classifier():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(3 * 4 * 5, 7), nn.ReLU(), nn.Dropout(), nn.Linear(7, 2, bias=False)
    ).double()


def test_on_its_own_size_it_gives_the_same_scores():
    classifier = _classifier().eval()
    converted = as_convolutions(classifier, (3, 4, 5)).eval()
    maps = torch.randn(6, 3, 4, 5, dtype=torch.float64)
    scores = converted(maps)
    assert scores.shape == (6, 2, 1, 1)
    torch.testing.assert_close(scores[..., 0, 0], classifier(maps), rtol=1e-12, atol=1e-12)


def test_on_a_larger_map_it_gives_the_scores_of_every_cut():
    classifier = _classifier().eval()
    converted = as_convolutions(classifier, (3, 4, 5)).eval()
    maps = torch.randn(1, 3, 6, 7, dtype=torch.float64)
    scores = converted(maps)
    assert scores.shape == (1, 2, 3, 3)
    for row in range(3):
        for column in range(3):
            cut = maps[..., row : row + 4, column : column + 5]
            torch.testing.assert_close(scores[..., row, column], classifier(cut))


def test_padding_keeps_the_size_of_the_map():
    converted = as_convolutions(_classifier(), (3, 4, 5), padding="same").eval()
    assert converted(torch.zeros(2, 3, 6, 7).double()).shape == (2, 2, 6, 7)


def test_layers_without_parameters_stay_and_flatten_goes():
    kinds = [type(layer).__name__ for layer in as_convolutions(_classifier(), (3, 4, 5))]
    assert kinds == ["Conv2d", "ReLU", "Dropout", "Conv2d"]


def test_the_classifier_is_left_as_it_was():
    classifier = _classifier()
    before = classifier[1].weight.clone()
    nn.init.zeros_(as_convolutions(classifier, (3, 4, 5))[0].weight)
    assert classifier[1].weight.equal(before)


def test_what_cannot_be_converted_is_refused():
    with pytest.raises(ValueError, match=r"\(3, 4, 4\) holds 3 \* 4 \* 4 = 48 .* takes 60"):
        as_convolutions(_classifier(), (3, 4, 4))
    with pytest.raises(ValueError, match="holds a BatchNorm1d"):
        as_convolutions(nn.Sequential(nn.BatchNorm1d(3)), (3, 1, 1))
