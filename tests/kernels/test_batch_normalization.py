"""The fused end of a residual block. Oracle: the three operations of torch in float64."""

import pytest
import torch
import torch.nn.functional as F


def _tensors(device, *shape):
    c = shape[1]
    draw = torch.randn(4, c, device=device)
    maps, residual = (3 + 2 * torch.randn(shape, device=device) for _ in range(2))
    return maps, residual - 3, draw[0], draw[1].exp(), draw[2], draw[3]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(3, 5, 7, 6), (2, 1, 1, 1), (9, 2, 50, 41)])
def test_equals_torch_step_by_step(device, training, shape):
    from course_lib.kernels import batch_norm_add_relu

    maps, residual, mean, variance, weight, bias = _tensors(device, *shape)
    averages = mean.double(), variance.double()
    options = {"training": training, "momentum": 0.3, "eps": 1e-3}
    wanted = F.batch_norm(maps.double(), *averages, weight.double(), bias.double(), **options)
    wanted = torch.relu(wanted + residual.double())
    output = batch_norm_add_relu(maps, residual, mean, variance, weight, bias, **options)
    torch.testing.assert_close(output.double(), wanted, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(mean.double(), averages[0], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(variance.double(), averages[1], rtol=1e-5, atol=1e-6)


def test_a_large_mean_does_not_eat_the_variance(device):
    """The mean of squares minus the square of the mean would be off by more than it is."""
    from course_lib.kernels import batch_norm_add_relu

    maps = 1000 + 0.1 * torch.randn(40, 1, 30, 30, device=device)  # three slices
    zeros, ones = (torch.full((1,), value, device=device) for value in (0.0, 1.0))
    mean, variance = zeros.clone(), ones.clone()
    batch_norm_add_relu(
        maps, torch.zeros_like(maps), mean, variance, ones, zeros, training=True, momentum=1.0
    )
    torch.testing.assert_close(variance.double(), maps.double().var().view(1), rtol=1e-3, atol=0)


def test_half_precision_keeps_its_dtype(device):
    from course_lib.kernels import batch_norm_add_relu

    tensors = [tensor.half() for tensor in _tensors(device, 4, 3, 5, 5)]
    exact = [tensor.double() for tensor in tensors]
    output = batch_norm_add_relu(*tensors)
    wanted = torch.relu(F.batch_norm(exact[0], *exact[2:]) + exact[1])
    assert output.dtype == torch.float16
    torch.testing.assert_close(output.double(), wanted, rtol=1e-2, atol=1e-2)


def test_a_number_that_is_none_stays_none_as_in_torch(device):
    from course_lib.kernels import batch_norm_add_relu

    maps, residual, *rest = _tensors(device, 2, 3, 4, 4)
    maps[0, 1, 2, 2] = torch.nan
    wanted = torch.relu(F.batch_norm(maps, *rest) + residual)
    output = batch_norm_add_relu(maps, residual, *rest)
    assert torch.equal(output.isnan(), wanted.isnan())
    assert output.isnan().sum() == 1


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values(device):
    from course_lib.kernels import batch_norm_add_relu

    maps, residual, *rest = _tensors(device, 1, 3, 1, 1)
    with pytest.raises(ValueError, match="training needs at least 2 numbers in a channel"):
        batch_norm_add_relu(maps, residual, *rest, training=True)
    with pytest.raises(ValueError, match=r"residual must be \(1, 3, 1, 1\), not \(1, 2, 1, 1\)"):
        batch_norm_add_relu(maps, residual[:, 1:], *rest)
    with pytest.raises(ValueError, match=r"running_var must be \(3,\), not \(2,\)"):
        batch_norm_add_relu(maps, residual, rest[0], rest[1][1:], *rest[2:])
