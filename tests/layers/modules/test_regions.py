"""Region pooling as modules. Oracle: torchvision.ops, and its modules' arguments."""

import inspect

import pytest
import torch
import torchvision

from course_lib import layers

MODULES = {
    "pool": lambda of: of.RoIPool((2, 3), 0.5),
    "align": lambda of: of.RoIAlign(3, spatial_scale=0.5, sampling_ratio=2),
    "aligned": lambda of: of.RoIAlign((3, 2), 0.25, -1, aligned=True),
}
BOXES = [
    torch.tensor([[0.0, 2, 12, 15], [3, 3, 9, 8]], dtype=torch.float64),
    torch.tensor([[1.5, 0.2, 7.7, 9.9]], dtype=torch.float64),
]


@pytest.mark.parametrize("name", MODULES)
def test_output_and_gradient_equal_torchvision(name):
    ours, theirs = MODULES[name](layers), MODULES[name](torchvision.ops)
    assert repr(ours) == repr(theirs)
    assert not ours.state_dict()
    maps = torch.randn(2, 3, 9, 8, dtype=torch.float64)
    leaves = [maps.clone().requires_grad_() for _ in range(2)]
    outputs = [module(leaf, BOXES) for module, leaf in zip((ours, theirs), leaves, strict=True)]
    torch.testing.assert_close(*outputs, rtol=1e-11, atol=1e-11)
    upstream = torch.randn_like(outputs[0])
    for output in outputs:
        output.backward(upstream)
    torch.testing.assert_close(leaves[0].grad, leaves[1].grad, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", ["RoIPool", "RoIAlign"])
def test_the_arguments_are_those_of_torchvision(name):
    ours, theirs = getattr(layers, name), getattr(torchvision.ops, name)
    for method in ("__init__", "forward"):
        given, wanted = (
            [
                (p.name, p.default)
                for p in inspect.signature(getattr(of, method)).parameters.values()
            ]
            for of in (ours, theirs)
        )
        assert given == wanted
