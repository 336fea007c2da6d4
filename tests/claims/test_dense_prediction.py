"""Oracles: five halvings by hand; a rewriting that mixes up the weights must be noticed."""

import torch

from course_lib.applications.segmentation.fully_convolutional import as_convolutions
from course_lib.claims import dense_prediction


def test_five_poolings_and_back():
    assert dense_prediction.side_of_the_last_maps() == 224 // 2**5
    assert dense_prediction.side_of_the_scores() == 224
    assert dense_prediction.an_enlargement_learns()


def test_a_rewritten_classifier(monkeypatch):
    assert dense_prediction.classifier_becomes_convolutional()

    def upside_down(classifier, shape):
        rewritten = as_convolutions(classifier, shape)
        rewritten[0].weight.data = torch.flip(rewritten[0].weight.data, (2,))
        return rewritten

    monkeypatch.setattr(dense_prediction, "as_convolutions", upside_down)
    assert not dense_prediction.classifier_becomes_convolutional()
