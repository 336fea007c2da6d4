"""Dropout, shared weights, normalization, first weights, shortcuts. Oracles: torch, by hand."""

import pytest
import torch
import torchvision
from torch import nn

from course_lib.claims import (
    batch_statistics,
    dropout,
    first_weights,
    identity_shortcuts,
    shared_weights,
)


def test_dropout_scales_by_what_is_kept():
    """Oracle: the mean over all ten ways to keep two of five units of 1."""
    kept = list(torch.combinations(torch.arange(5), 2))
    mean = sum(len(pair) for pair in kept) / len(kept)
    assert dropout.factor_at_test_time() * 5 == pytest.approx(mean) == 2


def test_each_example_has_a_mask_of_its_own():
    assert dropout.masks_in_a_batch() == 8
    torch.manual_seed(0)
    masks = nn.functional.dropout(torch.ones(8, 100)) > 0  # torch's does the same
    assert len(masks.unique(dim=0)) == 8
    assert dropout.test_time_drops_nothing()


def test_the_gradient_of_a_shared_weight_is_a_sum():
    weight = torch.ones(1, 1, 1, 1, requires_grad=True)
    nn.functional.conv2d(torch.ones(1, 1, 3, 3), weight).sum().backward()
    assert shared_weights.gradient_of_a_shared_weight() == weight.grad.item() == 9


def test_batch_normalization_keeps_four_and_learns_two():
    layer = nn.BatchNorm1d(1)
    assert batch_statistics.numbers_learned_for_a_unit() == len(list(layer.parameters())) == 2
    running = [layer.running_mean, layer.running_var]
    assert batch_statistics.numbers_kept_for_a_unit() == 2 + len(running)
    assert batch_statistics.columns_are_standardized()
    assert batch_statistics.bias_before_is_lost()


def test_first_weights_of_he_keep_the_signal():
    # 1/16, of a million draws: off by about 0.07 %.
    assert first_weights.he_deviation() == pytest.approx(1 / 16, rel=0.004)
    glorot, he = first_weights.power_after_ten_layers()
    assert glorot == pytest.approx(2**-10, rel=0.5)
    assert he == pytest.approx(1, rel=0.5)
    assert first_weights.glorot_loses_the_signal()


def shapes(model):
    return [tuple(m.weight.shape) for m in model.modules() if isinstance(m, nn.Conv2d)]


def test_resnet34_is_no_part_of_resnet152():
    """Oracle: torchvision's networks."""
    with torch.device("meta"):
        small, large = torchvision.models.resnet34(), torchvision.models.resnet152()
    block = (64, 64, 3, 3)
    assert (shapes(small).count(block), shapes(large).count(block)) == (6, 3)
    assert not identity_shortcuts.layers_34_are_among_152()


def test_the_deepest_network_has_152_layers():
    assert identity_shortcuts.depth_of_the_deepest() == 1 + 3 * (3 + 8 + 36 + 3) + 1


def test_a_block_is_the_identity_where_its_branch_is_nothing():
    assert not identity_shortcuts.fresh_block_is_the_identity()
    assert identity_shortcuts.added_identity_layers_change_nothing()
    assert identity_shortcuts.dropout_layers() == 0
    x = torch.tensor(2.0, requires_grad=True)
    (x + 3).backward()
    assert identity_shortcuts.slope_of_an_addition() == x.grad.item() == 1


def test_the_identity_claim_can_come_out_true(monkeypatch):
    """With a branch of zeros it does, so the answer above is the block's and not the test's."""
    monkeypatch.setattr(nn.init, "normal_", lambda tensor, **_: nn.init.zeros_(tensor))
    assert identity_shortcuts.fresh_block_is_the_identity()
