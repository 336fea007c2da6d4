"""The pictures of an experiment. Oracle: the digits themselves, and statistics by hand."""

import pytest
import torch

from course_lib.data import load
from course_lib.experiments.pieces.pictures import Centered, in_color, load_pictures, seeded


@pytest.fixture(scope="module")
def digits():
    return load_pictures("mnist_5k", "cpu", num_validation=500, num_train=1_000)


def test_a_gray_digit_stands_in_the_middle_of_three_equal_colors():
    images, _ = load("mnist_5k", "test")
    colored = in_color(images[:7])
    assert colored.shape == (7, 3, 32, 32)
    assert colored.dtype == torch.uint8
    assert torch.equal(colored[:, 1, 2:30, 2:30], images[:7, 0])
    assert colored.sum() == 3 * images[:7].sum()


def test_pictures_of_three_colors_and_32_pixels_stay_as_they_are():
    images = torch.randint(256, (5, 3, 32, 32), dtype=torch.uint8)
    assert torch.equal(in_color(images), images)


def test_both_parts_have_as_many_of_each_class_and_no_picture_in_common(digits):
    (images, labels), (held, held_labels) = digits.train, digits.validation
    assert torch.bincount(labels).tolist() == [100] * 10
    assert torch.bincount(held_labels).tolist() == [50] * 10
    both = torch.cat([images, held]).flatten(1)
    assert len(both.unique(dim=0)) == len(both)


def test_the_cut_is_the_same_for_all(digits):
    again = load_pictures("mnist_5k", "cpu", num_validation=500, num_train=1_000)
    assert torch.equal(digits.train[0], again.train[0])
    all_left = load_pictures("mnist_5k", "cpu", num_validation=500)
    assert len(all_left.train[1]) == 3_500
    assert torch.equal(all_left.validation[0], digits.validation[0])


def test_the_test_set_is_that_of_the_data(digits):
    images, labels = digits.test
    assert torch.equal(labels, load("mnist_5k", "test")[1])
    assert torch.equal(images[:, :1, 2:30, 2:30], load("mnist_5k", "test")[0])


def test_the_network_sees_mean_0_and_deviation_1_per_channel(digits):
    seen = []
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 1, 32), torch.nn.Flatten())
    network.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    Centered(network, digits.centering)(digits.train[0])
    pixels = seen[0].double().movedim(1, 0).flatten(1)
    torch.testing.assert_close(pixels.mean(1), torch.zeros(3).double(), atol=1e-5, rtol=0)
    torch.testing.assert_close(pixels.std(1, correction=0), torch.ones(3).double())


def test_centering_is_no_weight_and_follows_the_networks_precision(digits):
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 1, 32), torch.nn.Flatten())
    model = Centered(network, digits.centering)
    assert set(model.state_dict()) == {"network.0.weight", "network.0.bias"}
    assert model.double()(digits.train[0][:2]).dtype == torch.float64


def test_first_weights_follow_from_the_seed_alone():
    def build():
        return torch.nn.Linear(3, 2)

    first = seeded(build, 1, "cpu").weight
    torch.rand(5)
    assert torch.equal(first, seeded(build, 1, "cpu").weight)
    assert not torch.equal(first, seeded(build, 2, "cpu").weight)
