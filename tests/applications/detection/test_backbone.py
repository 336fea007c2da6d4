"""The backbone. Oracle: parameter counts as sums, shapes by hand."""

import pytest
import torch

from course_lib.applications.detection import backbone


@pytest.mark.parametrize(
    ("stride", "widths"), [(2, (16, 32, 32)), (4, (16, 32, 64, 64)), (8, (16, 32, 64, 64, 64))]
)
def test_parameter_count_and_shapes_are_exact(stride, widths):
    network = backbone(stride)
    pairs = zip((1, *widths), widths, strict=False)
    assert sum(p.numel() for p in network.parameters()) == sum(
        9 * c_in * c_out + 2 * c_out for c_in, c_out in pairs
    )
    maps = network(torch.zeros(2, 1, 64, 48, dtype=torch.uint8))
    assert maps.shape == (2, widths[-1], 64 // stride, 48 // stride)
    assert (network.num_maps, network.stride) == (widths[-1], stride)


def test_channels_and_width():
    network = backbone(4, channels=3, width=8)
    assert network(torch.zeros(1, 3, 8, 8, dtype=torch.uint8)).shape == (1, 32, 2, 2)


def test_bytes_become_numbers_from_0_to_1():
    network = backbone(2).eval()
    seen = []
    network[0].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0]))
    network(torch.tensor([[[[0, 51], [255, 102]]]], dtype=torch.uint8))
    torch.testing.assert_close(seen[0], torch.tensor([[[[0, 0.2], [1, 0.4]]]]))


@pytest.mark.parametrize("stride", [0, 1, 3, 6, -4])
def test_other_strides_are_named(stride):
    with pytest.raises(ValueError, match=f"stride is {stride}; it must be a power of 2, from 2"):
        backbone(stride)
