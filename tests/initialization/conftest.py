"""The comparison of drawn numbers with torch.nn.init, bit for bit."""

import pytest
import torch

SHAPES = [(300, 400), (64, 3, 11, 11), (40, 20, 9)]


@pytest.fixture(params=SHAPES, ids=str)
def shape(request):
    """Weights of a linear layer and of convolutions over a plane and along a line."""
    return request.param


@pytest.fixture
def draws_as_torch():
    """With a generator, and with the seed of torch, which then are at the same place."""

    def compare(ours, theirs, shape, **options):
        for dtype in (torch.float32, torch.float64):
            tensors, generators = [], []
            for scheme in (ours, theirs):
                generators.append(torch.Generator().manual_seed(7))
                weight = torch.nn.Parameter(torch.empty(shape, dtype=dtype))
                assert scheme(weight, **options, generator=generators[-1]) is weight
                assert weight.requires_grad
                assert weight.is_leaf
                tensors.append(weight.detach())
            assert tensors[0].equal(tensors[1])
            assert generators[0].get_state().equal(generators[1].get_state())
        again = []
        for scheme in (ours, theirs):
            torch.manual_seed(3)
            again.append(scheme(torch.empty(shape), **options))
        assert again[0].equal(again[1])
        return again[0].double()

    return compare
