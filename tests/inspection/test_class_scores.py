import pytest
import torch
from torch import nn

from course_lib.inspection.class_scores import class_scores, of_classes


@pytest.fixture
def scores() -> torch.Tensor:
    return torch.tensor([[1.0, 5.0, 3.0], [2.0, 0.0, 1.0]])


def test_the_class_is_the_predicted_one_unless_it_is_named(scores):
    found, chosen = class_scores(nn.Identity(), scores, None)
    assert chosen.tolist() == [1, 0]
    assert of_classes(found, chosen).tolist() == [5, 2]
    found, chosen = class_scores(nn.Identity(), scores, torch.tensor([2, 2]))
    assert of_classes(found, chosen).tolist() == [3, 1]


@pytest.mark.parametrize("classes", [[0, 3], [-1, 0]])
def test_a_class_that_is_not_there_is_named(scores, classes):
    with pytest.raises(ValueError, match=r"classes \[.*\] must lie between 0 and 2"):
        class_scores(nn.Identity(), scores, torch.tensor(classes))


def test_the_first_and_the_last_class_are_there(scores):
    assert class_scores(nn.Identity(), scores, torch.tensor([0, 2]))[1].tolist() == [0, 2]


def test_there_is_one_class_for_each_image(scores, without_shape_checks):
    with pytest.raises(ValueError, match="classes has 3 entries for 2 images"):
        class_scores(nn.Identity(), scores, torch.tensor([0, 1, 2]))


def test_a_model_that_is_no_classifier_is_named(scores):
    with pytest.raises(ValueError, match=r"model gives \(2, 3, 1, 1\); a classifier gives scores"):
        class_scores(nn.Identity(), scores[..., None, None], None)
    with pytest.raises(ValueError, match="model gives tuple; a classifier gives scores"):
        class_scores(nn.LSTM(3, 3), scores, None)
