"""Oracle: the layers themselves, called by hand one after another."""

import pytest
import torch
from torch import nn

from course_lib.inspection import activation_maps, activations


def test_each_layer_gives_what_it_gives_by_hand(network, images):
    found = activations(network, images, ["classifier", "first", "norm"])
    assert list(found) == ["classifier", "first", "norm"]
    network.eval()
    torch.testing.assert_close(found["first"], network.first(images))
    torch.testing.assert_close(found["norm"], network.norm(network.first(images)))
    torch.testing.assert_close(found["classifier"], network(images))
    assert not found["first"].requires_grad


def test_what_is_then_computed_in_place_does_not_change_them():
    model = nn.Sequential(nn.Identity(), nn.ReLU(inplace=True))
    found = activations(model, -torch.ones(1, 3), ["0", "1"])
    assert found["0"].tolist() == [[-1, -1, -1]]
    assert found["1"].tolist() == [[0, 0, 0]]


def test_of_a_layer_called_twice_the_last_output_is_kept_and_of_outputs_the_first():
    class Squares(nn.Module):
        def forward(self, x):
            return x * x, x

    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.squares = Squares()

        def forward(self, x):
            return self.squares(self.squares(x)[0])[0]

    assert activations(Twice(), torch.full((1, 1), 3.0), ["squares"])["squares"].item() == 81


def test_images_go_where_the_model_is(images):
    model = nn.Sequential(nn.Conv2d(3, 2, 3)).double()
    assert activations(model, images, ["0"])["0"].dtype == torch.float64


def test_the_maps_of_one_image_are_ready_to_be_drawn(network, images):
    maps = activation_maps(network, images[1], "first")
    torch.testing.assert_close(maps, network.first(images)[1])


def test_a_layer_without_maps_is_named(network, images):
    with pytest.raises(ValueError, match=r"layer 'classifier' gives no maps: .*\(1, 5\)"):
        activation_maps(network, images[0], "classifier")


def test_an_unknown_layer_is_named_with_near_ones(network, images, stays_as_it_is):
    with stays_as_it_is(network), pytest.raises(ValueError, match=r"layer 'frist'.*first"):
        activations(network, images, ["second", "frist"])


def test_a_layer_that_is_not_called_is_named(images):
    model = nn.Conv2d(3, 2, 3)
    model.unused = nn.ReLU()
    with pytest.raises(ValueError, match="layer 'unused' is not called"):
        activations(model, images, ["unused"])


def test_images_that_do_not_fit_are_named(network):
    with pytest.raises(ValueError, match=r"\(2, 1, 7, 9\) does not fit"):
        activations(network, torch.ones(2, 1, 7, 9), ["first"])


def test_the_model_is_left_as_it_was(network, images, stays_as_it_is):
    with stays_as_it_is(network):
        activations(network, images, ["second"])


@pytest.mark.gpu
def test_a_model_on_the_gpu_answers_there(network, images):
    expected = activations(network, images, ["second"])["second"]
    found = activations(network.cuda(), images, ["second"])["second"]
    assert found.is_cuda
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
