"""Oracle: the state of the model before, and what torch.nn does by itself."""

import pytest
import torch
from torch import nn

from course_lib.inspection.one_pass import left_as_it_was, run, to_the_model, zeros_for


@pytest.mark.parametrize("training", [True, False])
def test_inside_all_modules_are_in_one_mode(network, training):
    with left_as_it_was(network, training):
        assert all(module.training is training for module in network.modules())


@pytest.mark.parametrize("training", [True, False])
def test_a_training_pass_leaves_nothing_behind(network, images, training, stays_as_it_is):
    with stays_as_it_is(network), left_as_it_was(network, training):
        network(images).sum().backward()


def test_an_error_inside_leaves_nothing_behind_either(network, images, stays_as_it_is):
    def fails_half_way():
        with left_as_it_was(network, training=True):
            network(images)
            network(images[:, :2])

    with stays_as_it_is(network), pytest.raises(RuntimeError, match="expected input"):
        fails_half_way()


def test_what_comes_in_follows_the_model():
    model = nn.Linear(3, 2).double()
    assert zeros_for(model, (4, 3)).dtype == torch.float64
    assert to_the_model(model, torch.ones(4, 3)).dtype == torch.float64
    assert zeros_for(nn.Linear(3, 2, device="meta"), (4, 3)).is_meta


def test_a_model_without_parameters_takes_what_comes():
    images = torch.ones(2, 3, dtype=torch.float64, requires_grad=True)
    assert zeros_for(nn.ReLU(), (4, 3)).dtype == torch.float32
    taken = to_the_model(nn.ReLU(), images)
    assert taken.dtype == torch.float64
    assert not taken.requires_grad


class Mean(nn.Module):
    def forward(self, images):
        return images.mean(dim=(2, 3))


@pytest.mark.parametrize("model", [nn.Conv2d(4, 2, 3), nn.Conv2d(3, 2, 9), Mean()])
def test_a_size_that_does_not_fit_is_named_with_the_reason(model):
    with pytest.raises(ValueError, match=r"input_shape \(3, 8, 8\) does not fit .*, and said: \w"):
        run(model, torch.zeros(3, 8, 8))


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_its_random_numbers_back():
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout()).cuda()
    before = torch.cuda.get_rng_state()
    with left_as_it_was(model, training=True):
        model(zeros_for(model, (4, 3)))
    assert torch.equal(torch.cuda.get_rng_state(), before)
    assert to_the_model(model, torch.ones(2, 3)).is_cuda
