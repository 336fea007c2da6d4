"""Fused Adam. Oracle: torch.optim.Adam beside it, in float32; one step by hand."""

import copy

import pytest
import torch
from torch import nn


def _networks(device):
    torch.manual_seed(3)
    one = nn.Sequential(nn.Linear(4, 37), nn.Tanh(), nn.Linear(37, 2)).to(device)
    other = nn.Sequential(nn.Linear(4, 37), nn.Tanh(), nn.Linear(37, 2)).to(device)
    other.load_state_dict(one.state_dict())
    return one, other


@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.1, "betas": (0.7, 0.9), "eps": 1e-3}])
def test_thirty_steps_equal_torch(device, options):
    from course_lib.kernels import FusedAdam

    ours, theirs = _networks(device)
    optimizers = [
        FusedAdam(ours.parameters(), lr=0.01, **options),
        torch.optim.Adam(theirs.parameters(), lr=0.01, **options),
    ]
    for _ in range(30):
        images = torch.randn(8, 4, device=device)
        for network, optimizer in zip((ours, theirs), optimizers, strict=True):
            optimizer.zero_grad()
            network(images).square().mean().backward()
            optimizer.step()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_the_first_step_has_the_length_of_the_learning_rate(device):
    from course_lib.kernels import FusedAdam

    weight = nn.Parameter(torch.tensor([1.0, -2.0, 3.0], device=device))
    weight.grad = torch.tensor([1e-3, -5.0, 0.0], device=device)
    FusedAdam([weight], lr=0.25).step()
    torch.testing.assert_close(
        weight.data.cpu(), torch.tensor([0.75, -1.75, 3.0]), atol=1e-5, rtol=0
    )


def test_the_state_travels_to_torch_and_back(device):
    from course_lib.kernels import FusedAdam

    ours, theirs = _networks(device)
    mine, other = FusedAdam(ours.parameters()), torch.optim.Adam(theirs.parameters())
    images = torch.randn(8, 4, device=device)
    for network, optimizer in ((ours, mine), (theirs, other)):
        network(images).sum().backward()
        optimizer.step()
    options = other.state_dict()["param_groups"]
    state = mine.state_dict()["state"]
    other.load_state_dict({"state": state, "param_groups": options})
    mine.load_state_dict(
        {"state": other.state_dict()["state"]} | {"param_groups": mine.state_dict()["param_groups"]}
    )
    for optimizer in (mine, other):
        optimizer.step()
    for one, two in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-5, atol=1e-6)


def test_a_state_of_channels_last_weights_fits_contiguous_ones(device):
    from course_lib.kernels import FusedAdam

    theirs = nn.Parameter(
        torch.randn(2, 3, 4, 5, device=device).to(memory_format=torch.channels_last)
    )
    other = torch.optim.Adam([theirs], lr=0.1)
    theirs.grad = torch.randn_like(theirs)
    other.step()
    ours = nn.Parameter(theirs.detach().clone(memory_format=torch.contiguous_format))
    mine = FusedAdam([ours], lr=0.1)
    mine.load_state_dict(copy.deepcopy(other.state_dict()))
    theirs.grad = torch.randn_like(theirs)
    ours.grad = theirs.grad.clone()
    for optimizer in (mine, other):
        optimizer.step()
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_a_parameter_without_a_gradient_stays_and_the_closure_is_called(device):
    from course_lib.kernels import FusedAdam

    still, moved = (nn.Parameter(torch.ones(2, device=device)) for _ in range(2))
    optimizer = FusedAdam([still, moved], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = moved.sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 2
    assert still.tolist() == [1, 1]
    assert moved.tolist() == pytest.approx([0.9, 0.9], abs=1e-5)


def test_errors_name_the_argument_and_the_values(device):
    from course_lib.kernels import FusedAdam

    weight = nn.Parameter(torch.ones(2, 3, device=device))
    for options, match in (
        ({"lr": -1.0}, "lr is -1.0"),
        ({"eps": float("nan")}, "eps is nan"),
        ({"weight_decay": -0.5}, "weight_decay is -0.5"),
        ({"betas": (0.9, 1.0)}, r"betas are \(0.9, 1.0\)"),
    ):
        with pytest.raises(ValueError, match=match):
            FusedAdam([weight], **options)
    turned = nn.Parameter(torch.ones(2, 3, device=device).T)
    turned.grad = torch.ones_like(turned)
    with pytest.raises(ValueError, match="parameter is not contiguous"):
        FusedAdam([turned]).step()
    double = nn.Parameter(torch.ones(2, device=device).double())
    double.grad = torch.ones_like(double)
    with pytest.raises(
        ValueError, match=r"parameter holds torch.float64; this kernel is for float32"
    ):
        FusedAdam([double]).step()
