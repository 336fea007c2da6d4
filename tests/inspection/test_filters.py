import pytest
import torch
import torchvision
from torch import nn

from course_lib.inspection import first_layer_filters
from course_lib.plotting import plot_filters


def test_alexnet_has_filters_of_11_by_11_in_color():
    model = torchvision.models.alexnet()
    filters = first_layer_filters(model)
    assert filters.shape == (64, 3, 11, 11)
    assert torch.equal(filters, model.features[0].weight)


def test_they_are_a_copy():
    model = nn.Sequential(nn.Linear(3, 3), nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3))
    first_layer_filters(model).zero_()
    assert model[1].weight.abs().min() > 0
    assert not first_layer_filters(model).requires_grad


def test_they_can_be_drawn_as_they_are():
    assert plot_filters(first_layer_filters(nn.Conv2d(3, 4, 5))).axes


def test_a_model_without_convolution_is_named():
    with pytest.raises(ValueError, match="model has no convolution"):
        first_layer_filters(nn.Linear(3, 3))


@pytest.mark.gpu
def test_filters_come_from_the_gpu_to_be_drawn():
    assert not first_layer_filters(nn.Conv2d(3, 4, 5).cuda()).is_cuda
