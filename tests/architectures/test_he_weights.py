"""First weights after He et al. 2015 (rectifiers), equation 10."""

import pytest
import torch
from torch import nn

from course_lib.architectures.he_weights import draw_he_weights


def test_deviation_is_the_root_of_two_over_fan_in():
    convolution, linear = nn.Conv2d(32, 64, (3, 5)), nn.Linear(300, 200)
    draw_he_weights(nn.Sequential(convolution, linear))
    assert convolution.weight.std().item() == pytest.approx((2 / (32 * 15)) ** 0.5, rel=0.02)
    assert linear.weight.std().item() == pytest.approx((2 / 300) ** 0.5, rel=0.02)
    # Normal, not uniform: some lie beyond three deviations.
    assert (linear.weight.abs() > 3 * (2 / 300) ** 0.5).float().mean().item() > 1e-3
    assert not convolution.bias.any()
    assert not linear.bias.any()


def test_the_signal_keeps_its_strength_through_fifty_rectified_layers():
    # What the 2 is for. With 1 / fan-in, 2^-50 of the squares would be left.
    layers = nn.Sequential(*(nn.Sequential(nn.Linear(256, 256), nn.ReLU()) for _ in range(50)))
    draw_he_weights(layers)
    x = torch.randn(64, 256)
    assert 0.05 < layers(x).square().mean() < 20


def test_normalizations_stay_and_layers_without_a_bias_are_no_trouble():
    norm = nn.BatchNorm2d(4)
    nn.init.constant_(norm.weight, 3.0)
    draw_he_weights(nn.Sequential(nn.Conv2d(4, 4, 1, bias=False), norm))
    assert norm.weight.tolist() == [3.0] * 4


def test_one_generator_gives_the_same_weights_twice():
    models = [nn.Conv2d(3, 4, 3) for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        draw_he_weights(model, torch.Generator().manual_seed(seed))
    assert torch.equal(models[0].weight, models[1].weight)
    assert not torch.equal(models[0].weight, models[2].weight)
