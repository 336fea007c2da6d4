"""Oracles: a layer that knows where it is breaks each claim; twice the light is twice the sum."""

import torch

from course_lib.claims import invariance


def test_a_convolution_moves_with_its_picture():
    assert invariance.maps_move_with_the_picture()
    assert invariance.largest_response_stays()


def test_a_layer_with_weights_of_its_own_at_each_place_does_not(monkeypatch):
    def unshared(images, weight, padding):
        return images * torch.arange(images.shape[-1]) * weight.mean(dim=(1, 2, 3))[:, None, None]

    monkeypatch.setattr(invariance, "conv2d", unshared)
    assert not invariance.maps_move_with_the_picture()
    assert not invariance.largest_response_stays()


def test_twice_the_light_is_twice_the_response(monkeypatch):
    assert invariance.growth_with_brightness() == 2
    monkeypatch.setattr(invariance, "relu", torch.sign)
    assert invariance.growth_with_brightness() == 1
