"""Oracles: table 1 of He et al. 2015, and sums worked by hand."""

import math

import pytest
import torch

from course_lib.claims import residual_networks
from course_lib.claims.shapes_only import flops_of, shapes_only


def test_the_five_networks_are_those_of_table_1():
    assert residual_networks.depths() == [18, 34, 50, 101, 152]
    assert residual_networks.depths_with_bottlenecks() == [50, 101, 152]
    assert residual_networks.num_fully_connected() == [1] * 5


def test_twice_the_maps_on_a_quarter_of_the_places_are_half():
    assert residual_networks.volume_ratios() == [128 * 28**2 / (64 * 56**2)] * 3 == [0.5] * 3


def test_a_bottleneck_against_two_wide_layers():
    # Weights, and a scale and a shift for each map that is normalized.
    narrow = 256 * 64 + 9 * 64 * 64 + 64 * 256 + 2 * (64 + 64 + 256)
    wide = 2 * 9 * 256 * 256 + 2 * (256 + 256)
    assert residual_networks.bottleneck_parameters() == [narrow, wide] == [70_400, 1_180_672]
    assert residual_networks.bottleneck_saves_parameters()


def test_sixteen_layers_more_cost_little_and_a_hundred_more_cost_much():
    # Table 1 of the paper: 3.6, 3.8 and 11.3 x 10^9.
    assert residual_networks.cost_of_16_more_layers() == pytest.approx(3.8 / 3.6, abs=0.03)
    assert flops_of("resnet152") / flops_of("resnet50") == pytest.approx(11.3 / 3.8, abs=0.06)


def test_depth_alone_does_not_say_how_many_parameters_there_are():
    # 0.85 and 0.27 million in table 6.
    assert residual_networks.deeper_plain_network_has_more_parameters()
    # The remark: the one with an eighth of the layers has more.
    assert residual_networks._parameters("resnet152") == 60_192_808
    assert residual_networks._parameters("vgg19") == 143_667_240


def test_shortcuts_with_weights_are_where_the_size_changes(monkeypatch):
    assert residual_networks.shortcuts_without_weights_keep_the_size()
    # The remark: three stages begin with a new size, and bottlenecks widen in conv2_x, too.
    kernels = ([*shapes_only(name).named_parameters()] for name in residual_networks.NETWORKS)
    numbers = [sum("shortcut" in name and p.ndim == 4 for name, p in each) for each in kernels]
    assert numbers == [3, 3, 4, 4, 4]
    monkeypatch.setattr(residual_networks, "_changes_the_size", lambda block: False)
    assert not residual_networks.shortcuts_without_weights_keep_the_size()


def test_a_block_without_a_residual():
    assert residual_networks.block_without_residual_is_identity()
    block, x = residual_networks._block_of_zeros(), -residual_networks._positive_images()
    # Its last rectifier cuts what is negative.
    assert torch.equal(block(x), torch.zeros_like(x))


def test_the_two_ways_of_the_gradient():
    assert residual_networks.gradient_has_two_paths()
    assert residual_networks.second_path_is_left()


def test_hes_deviation_is_the_larger_by_the_root_of_two():
    he, xavier = math.sqrt(2 / (9 * 64)), math.sqrt(2 / (9 * 64 + 9 * 64))
    assert residual_networks.he_beside_xavier() == pytest.approx(he / xavier, rel=1e-5)


def test_a_pointwise_convolution_sees_all_channels_of_one_pixel():
    assert residual_networks.pointwise_convolution_mixes_channels()
