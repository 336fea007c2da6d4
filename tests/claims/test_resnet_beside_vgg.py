"""Oracles: He et al. 2016, table 1 and figure 5, and sums worked by hand."""

import pytest

from course_lib.claims import resnet_beside_vgg


def test_parameters_and_multiply_adds():
    assert resnet_beside_vgg.parameters_in_millions() == [25.557032, 138.357544]
    # VGG-16, stage by stage: places times kernels times the channels they see.
    vgg = 224**2 * 9 * 64 * (3 + 64) + 112**2 * 9 * 128 * (64 + 128)
    vgg += 56**2 * 9 * 256 * (128 + 256 + 256) + 28**2 * 9 * 512 * (256 + 512 + 512)
    vgg += 14**2 * 9 * 512 * 3 * 512
    resnet, ours = resnet_beside_vgg.multiply_adds_of_convolutions()
    assert ours == pytest.approx(vgg / 1e9)
    assert 3.8 <= resnet < 3.9  # table 1 has 3.8, cut


def test_layers_by_hand():
    assert resnet_beside_vgg.fully_connected_layers() == [3, 3, 1, 1]
    assert resnet_beside_vgg.largest_kernels() == [11, 7, 3]
    assert resnet_beside_vgg.layers_under_a_shortcut() == [2, 3]
    assert resnet_beside_vgg.last_layer_alone_is_fully_connected()


def test_poolings_by_hand(monkeypatch):
    # The proof: AlexNet 3, VGG-16 5, ResNet-50 1.
    names = ("alexnet", "vgg16", "resnet50")
    assert [resnet_beside_vgg._max_poolings(name) for name in names] == [3, 5, 1]
    assert resnet_beside_vgg.resnet_has_the_fewest_poolings()
    monkeypatch.setattr(resnet_beside_vgg, "_max_poolings", lambda _: 3)
    assert not resnet_beside_vgg.resnet_has_the_fewest_poolings()
