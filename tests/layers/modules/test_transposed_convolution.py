"""Transposed convolution as a module. Oracle: torch.nn.ConvTranspose2d, trained beside it."""

import pytest
import torch
from torch import nn

from course_lib import layers

OPTIONS = {
    "upsampling": {"stride": 2, "padding": 1},
    "all options": {
        "stride": (3, 2),
        "padding": (0, 2),
        "output_padding": (2, 1),
        "groups": 2,
        "dilation": (1, 2),
    },
    "no bias": {"bias": False},
}


def _made(options, of):
    torch.manual_seed(5)
    return of.ConvTranspose2d(4, 6, (3, 4), **options).double()


@pytest.mark.parametrize("name", OPTIONS)
def test_training_equals_torch(name):
    networks = {of: _made(OPTIONS[name], of) for of in (layers, nn)}
    ours, theirs = networks.values()
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    images = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    for _ in range(3):
        for network in networks.values():
            network.zero_grad()
            network(images).square().sum().backward()
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter -= 1e-4 * parameter.grad
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-10, atol=1e-11)
    ours.load_state_dict(theirs.state_dict(), strict=True)


@pytest.mark.parametrize("options", [OPTIONS["upsampling"], OPTIONS["all options"]])
def test_the_wanted_size_can_be_named(options):
    """Every size that torch can reach, and no other."""
    ours, theirs = _made(options, layers), _made(options, nn)
    images = torch.randn(1, 4, 5, 6, dtype=torch.float64)
    reached = 0
    for height in range(7, 20):
        for width in range(7, 20):
            try:
                wanted = theirs(images, output_size=(height, width))
            except ValueError:
                with pytest.raises(ValueError, match=r"output_size \(.* cannot be reached from"):
                    ours(images, (height, width))
            else:
                reached += 1
                found = ours(images, output_size=[1, 6, height, width])
                torch.testing.assert_close(found, wanted, rtol=1e-11, atol=1e-11)
    assert reached == ours.stride[0] * ours.stride[1]


def test_one_side_is_no_size():
    with pytest.raises(ValueError, match=r"output_size \(9,\) cannot be reached"):
        _made({}, layers)(torch.zeros(1, 4, 5, 6, dtype=torch.float64), (9,))


def test_it_starts_as_bilinear_upsampling_and_learns_on():
    """The way of a fully convolutional network: the kernel is copied in, and stays a parameter."""
    upsampling = layers.ConvTranspose2d(2, 2, 4, stride=2, padding=1, bias=False)
    with torch.no_grad():
        upsampling.weight.copy_(layers.bilinear_kernel(2, 2))
    ramp = torch.arange(6.0).expand(1, 2, 5, 6)
    output = upsampling(ramp)
    assert output.shape == (1, 2, 10, 12)
    # Away from the edge a ramp stays a ramp, of half the slope.
    torch.testing.assert_close(output[0, 0, 4, 1:-1], torch.arange(10.0) / 2 + 0.25)
    output.sum().backward()
    assert upsampling.weight.grad.abs().min() > 0


def test_no_ready_made_convolution_is_called():
    """The names of every operator that runs, forward and backward, seen by the profiler."""
    module = _made(OPTIONS["all options"], layers)
    with torch.profiler.profile() as profile:
        module(torch.randn(1, 4, 5, 6, dtype=torch.float64)).sum().backward()
    used = {event.key for event in profile.key_averages() if event.key.startswith("aten::")}
    assert used, "the profiler saw nothing"
    assert not [name for name in used if "conv" in name]
