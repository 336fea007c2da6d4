"""The linear layer. Oracle: torch in float64, autograd, finite differences, a sum by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import linear, linear_backward


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=3), st.tuples(*[st.integers(1, 5)] * 2), st.booleans())
def test_forward_and_backward_equal_torch(equals_torch, batch, features, with_bias):
    """No batch, an empty one, several batch dimensions."""
    c_in, c_out = features
    weight = torch.randn(c_out, c_in, dtype=torch.float64)
    bias = torch.randn(c_out, dtype=torch.float64) if with_bias else None
    inputs = torch.randn(*batch, c_in, dtype=torch.float64)
    equals_torch(linear, linear_backward, F.linear, inputs, weight, bias)


def test_inputs_need_not_lie_in_order(equals_torch):
    inputs, weight = torch.randn(4, 3, 5, dtype=torch.float64), torch.randn(5, 2).double()
    equals_torch(linear, linear_backward, F.linear, inputs.transpose(0, 1), weight.mT, None)


def test_worked_by_hand():
    weight, bias = torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([0.5, 0.0])
    assert linear(torch.tensor([[3.0, 4.0]]), weight, bias).tolist() == [[11.5, -4.0]]


def test_backward_by_finite_differences(slopes):
    shapes = ((3, 4), (2, 4), (2,))
    tensors = [torch.randn(*shape, dtype=torch.float64) for shape in shapes]
    upstream = torch.randn(3, 2, dtype=torch.float64)
    found = linear_backward(upstream, *tensors)
    for gradient, want in zip(found, slopes(linear, tensors, upstream), strict=True):
        torch.testing.assert_close(gradient, want, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype, equals_torch):
    tensors = [torch.randn(*shape).to(dtype) for shape in ((6, 9), (4, 9), (4,))]
    close = {"rtol": 4 * torch.finfo(dtype).eps, "atol": 8 * torch.finfo(dtype).eps}
    equals_torch(linear, linear_backward, F.linear, *tensors, close=close)


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    shapes = ((6, 9), (4, 9), (4,))
    tensors = [torch.randn(*shape, device="cuda", dtype=torch.float64) for shape in shapes]
    equals_torch(linear, linear_backward, F.linear, *tensors)


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values():
    inputs, weight = torch.zeros(2, 1, 4, 4), torch.zeros(3, 16)
    with pytest.raises(ValueError, match=r"input \(2, 1, 4, 4\) must end in the 16 .*flatten\(1\)"):
        linear(inputs, weight)
    with pytest.raises(ValueError, match=r"bias must be \(3,\), not \(16,\)"):
        linear(inputs.flatten(1), weight, torch.zeros(16))
    with pytest.raises(ValueError, match=r"weight must be .* not \(16,\)"):
        linear(inputs.flatten(1), weight[0])
    with pytest.raises(ValueError, match=r"grad_output must be \(2, 3\), not \(3, 2\)"):
        linear_backward(torch.zeros(3, 2), inputs.flatten(1), weight)
    with pytest.raises(ValueError, match=r"bias must be \(3,\), not \(2,\)"):
        linear_backward(torch.zeros(2, 3), inputs.flatten(1), weight, torch.zeros(2))
