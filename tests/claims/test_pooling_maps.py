"""Oracles: torch's pooling; a pooling over channels, and one with stride 1, must be noticed."""

import torch

from course_lib.claims import pooling_maps


def test_pooling_shrinks_each_map_alone():
    assert pooling_maps.makes_maps_smaller()
    assert pooling_maps.maps_are_pooled_alone()


def test_other_poolings_are_noticed(monkeypatch):
    def stride_one(x, size):
        return torch.nn.functional.max_pool2d(x, 3, stride=1, padding=1)

    def over_channels(x, size):
        return torch.nn.functional.max_pool2d(x, size).amax(dim=1, keepdim=True)

    monkeypatch.setattr(pooling_maps, "max_pool2d", stride_one)
    assert not pooling_maps.makes_maps_smaller()
    monkeypatch.setattr(pooling_maps, "max_pool2d", over_channels)
    assert not pooling_maps.maps_are_pooled_alone()
