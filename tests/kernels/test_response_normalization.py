"""The response normalization kernel. Oracle: course_lib.layers.local_response_norm in float64."""

import pytest
import torch

from course_lib import layers

PAPER = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0, "divide_alpha": False}
READINGS = {
    "torch's": {"size": 3, "alpha": 0.1},
    "the paper's": PAPER,
    "even, upper end left out": {"size": 4, "alpha": 0.2, "beta": 0.5},
    "even, both ends": {"size": 4, "alpha": 0.2, "beta": 0.5, "both_ends": True},
    "wider than the channels": {"size": 31, "alpha": 0.3, "k": 0.5},
    "one channel": {"size": 1, "alpha": 1.0},
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("shape", [(2, 11, 5, 7), (2, 11, 20, 16), (3, 9)])
def test_equals_the_layer(device, reading, shape):
    from course_lib.kernels import local_response_norm

    maps = 3 * torch.randn(shape, device=device)
    output = local_response_norm(maps, **READINGS[reading])
    wanted = layers.local_response_norm(maps.double(), **READINGS[reading])
    torch.testing.assert_close(output.double(), wanted, rtol=1e-5, atol=1e-6)


def test_half_precision_and_views(device):
    from course_lib.kernels import local_response_norm

    maps = torch.randn(2, 5, 4, 12, device=device).to(torch.bfloat16).transpose(1, 3)
    output = local_response_norm(maps, **PAPER)
    wanted = layers.local_response_norm(maps.double(), **PAPER)
    assert output.dtype == torch.bfloat16
    torch.testing.assert_close(output.double(), wanted, rtol=1e-2, atol=1e-2)


def test_an_empty_batch(device):
    from course_lib.kernels import local_response_norm

    assert local_response_norm(torch.zeros(0, 4, 3, 3, device=device), 5).shape == (0, 4, 3, 3)


def test_a_batch_may_have_more_images_than_a_grid_is_high_or_deep(device, monkeypatch):
    from course_lib.kernels import response_normalization

    grids = []

    class Kernel:
        def __getitem__(self, grid):
            grids.append(grid)
            return lambda *arguments, **constants: None

    monkeypatch.setattr(response_normalization, "_normalize", Kernel())
    response_normalization.local_response_norm(torch.zeros(70_000, 9, 1, device=device), 5)
    ((programs, *others),) = grids
    assert programs == 70_000 * 2
    assert all(other <= 65_535 for other in others)


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values(device):
    from course_lib.kernels import local_response_norm

    with pytest.raises(ValueError, match="size is 0; the window needs at least one channel"):
        local_response_norm(torch.zeros(1, 4, device=device), 0)
    with pytest.raises(ValueError, match=r"input must be \(n, channels, …\), not \(4,\)"):
        local_response_norm(torch.zeros(4, device=device), 5)
