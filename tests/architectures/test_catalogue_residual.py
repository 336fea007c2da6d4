"""The rows of the catalogue against the networks they describe and the papers' numbers."""

import re
from functools import cache

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.architectures import NETWORKS
from course_lib.architectures.catalogue_residual import RESIDUAL
from course_lib.architectures.network import number_in

ROWS = {row.name: row for row in RESIDUAL}
QUICK = [row for row in RESIDUAL if row.depth <= 300]


@cache
def on_meta(row):
    with torch.device("meta"):
        return row.build().eval()


def count(model, without=()):
    return sum(
        parameter.numel()
        for module in model.modules()
        if not isinstance(module, without)
        for parameter in module.parameters(recurse=False)
    )


def test_every_row_is_in_the_catalogue_once():
    assert len(ROWS) == len(RESIDUAL)
    assert all(NETWORKS[name] is row for name, row in ROWS.items())


def test_every_network_of_the_two_tables_has_its_row():
    # He et al. 2015, tables 1 and 6; Huang et al. 2017, table 1.
    names = {f"resnet{depth}" for depth in (18, 34, 50, 101, 152)}
    names |= {f"cifar_resnet{depth}" for depth in (20, 32, 44, 56, 110, 1202)}
    names |= {f"densenet{depth}" for depth in (121, 169, 201, 264)}
    assert names <= set(ROWS)


@pytest.mark.parametrize("row", QUICK, ids=lambda row: row.name)
def test_depth_counts_the_layers_with_weights_but_no_shortcut(row):
    model = on_meta(row)
    layers = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear) and "shortcut" not in name
    ]
    miscounted = row.name == "densenet264"  # by its paper; the remark says so
    assert len(layers) - miscounted == row.depth == int(re.search(r"\d+", row.name)[0])
    assert ("265" in (row.remark or "")) == miscounted


@pytest.mark.parametrize(
    "row", [row for row in QUICK if row.paper_parameters], ids=lambda row: row.name
)
def test_the_papers_number_is_our_count_rounded(row):
    digits = len(row.paper_parameters.split()[0].partition(".")[2])
    ours = round(count(on_meta(row)) / 1e6, digits) * 1e6
    assert ours == pytest.approx(number_in(row.paper_parameters))


def test_the_remark_on_1001_layers_is_true():
    row = ROWS["cifar_preact_resnet1001"]
    model = on_meta(row)
    assert round(count(model, without=nn.BatchNorm2d) / 1e6, 1) == 10.2
    assert round(count(model) / 1e6, 1) != 10.2
    assert "batch normalizations" in row.remark


@pytest.mark.parametrize(
    "row", [row for row in RESIDUAL if row.paper_operations], ids=lambda row: row.name
)
def test_the_papers_multiply_adds_are_ours(row):
    with FlopCounterMode(display=False) as counter:
        on_meta(row)(torch.empty(1, *row.input_shape, device="meta"))
    ours, papers = counter.get_total_flops() / 2, number_in(row.paper_operations)
    if row.remark is None or row.name in ("resnet101", "resnet152", "plain34"):
        assert round(ours / 1e9, 1) == papers / 1e9
    else:  # the two whose remark says why they do not round to it
        assert papers < ours < papers + 0.1e9


def test_the_catalogue_builds_the_papers_networks():
    assert on_meta(ROWS["resnet50"]).conv3_x[0].conv1.stride == (2, 2)
    assert not list(on_meta(ROWS["cifar_resnet20"]).stage2[0].shortcut.parameters())
    assert list(on_meta(ROWS["resnet18"]).conv3_x[0].shortcut.parameters())
    assert on_meta(ROWS["cifar_densenet40_k12"]).conv.out_channels == 16
