"""Layers that hand on what they get. Oracles: torch.nn.init, and the layer itself."""

import pytest
import torch
from torch import nn

from course_lib.initialization import dirac_, eye_


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (5, 2)])
def test_eye_equals_torch(shape):
    weight = nn.Parameter(torch.randn(shape))
    assert eye_(weight) is weight
    assert weight.equal(nn.init.eye_(torch.empty(shape)))
    assert weight.requires_grad


@pytest.mark.parametrize(
    ("shape", "groups"),
    [
        ((3, 3, 3, 3), 1),
        ((2, 5, 1, 3), 1),
        ((7, 2, 3, 5), 1),
        ((6, 2, 4, 2), 3),
        ((6, 1, 3, 3), 2),
        ((4, 4, 5), 1),
        ((4, 2, 3, 1, 5), 2),
    ],
)
def test_dirac_equals_torch(shape, groups):
    weight = nn.Parameter(torch.randn(shape))
    assert dirac_(weight, groups) is weight
    assert weight.equal(nn.init.dirac_(torch.empty(shape), groups))
    assert weight.requires_grad


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_images_come_out_as_they_went_in(groups):
    layer = nn.Conv2d(4, 4, (3, 5), padding=(1, 2), groups=groups, bias=False)
    dirac_(layer.weight, groups)
    images = torch.randn(2, 4, 6, 7)
    assert layer(images).equal(images)


@pytest.mark.usefixtures("without_shape_checks")
def test_what_makes_no_sense_is_named():
    for shape in ((3,), (3, 3, 3)):
        with pytest.raises(ValueError, match=r"tensor is \(3.*; eye_ takes a matrix"):
            eye_(torch.zeros(shape))
    for shape in ((3, 3), (1,) * 6):
        with pytest.raises(ValueError, match=r"tensor is \(.*; dirac_ takes \(out, in"):
            dirac_(torch.zeros(shape))
    for groups in (0, 4, -3):
        with pytest.raises(ValueError, match=f"groups is {groups}; it must divide the 6 kernels"):
            dirac_(torch.zeros(6, 2, 3, 3), groups)
