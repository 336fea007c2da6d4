"""The comparison that the tests of all layers share. Oracle: torch and its autograd."""

import hypothesis
import pytest
import torch

EXACT = {"rtol": 1e-11, "atol": 1e-11}


class TorchNumbers:
    """Lets hypothesis seed torch, so that an example that failed fails again."""

    seed = staticmethod(torch.manual_seed)
    getstate = staticmethod(torch.get_rng_state)
    setstate = staticmethod(torch.set_rng_state)


hypothesis.register_random(TorchNumbers)


def _equals_torch(layer, layer_backward, oracle, *tensors, num_inputs=None, close=EXACT, **options):
    """Output and gradients equal torch's, with no autograd and no input changed on our side.

    The upstream gradient is random: with one of ones, mistakes cancel. `num_inputs` tensors,
    all unless given, are differentiable.
    """
    num_inputs = len(tensors) if num_inputs is None else num_inputs
    leaves = [t if t is None else t.detach().clone().requires_grad_() for t in tensors[:num_inputs]]
    present = [leaf for leaf in leaves if leaf is not None]
    expected = oracle(*leaves, *tensors[num_inputs:], **options)
    upstream = torch.randn_like(expected)
    wanted = iter(torch.autograd.grad(expected, present, upstream))
    before = [tensor if tensor is None else tensor.clone() for tensor in tensors]
    with torch.inference_mode():
        output = layer(*tensors, **options)
        gradients = layer_backward(upstream, *tensors, **options)
    torch.testing.assert_close(output, expected.detach(), equal_nan=True, **close)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for leaf, gradient in zip(leaves, gradients, strict=True):
        if leaf is None:
            assert gradient is None
        else:
            torch.testing.assert_close(gradient, next(wanted), equal_nan=True, **close)
    for tensor, kept in zip(tensors, before, strict=True):
        assert tensor is kept or torch.equal(tensor, kept), "an input was changed"


@pytest.fixture(scope="session")
def equals_torch():
    """Session-wide, because hypothesis calls a test many times."""
    return _equals_torch


def _slopes(function, tensors, upstream, step=1e-4):
    """The slope of (function(*tensors) * upstream).sum() along each number, by two-sided steps."""
    found = []
    for tensor in tensors:
        slope, flat = torch.empty_like(tensor), tensor.view(-1)
        for index, kept in enumerate(flat.tolist()):
            ends = []
            for value in (kept + step, kept - step):
                flat[index] = value
                ends.append((function(*tensors) * upstream).sum())
            flat[index] = kept
            slope.view(-1)[index] = (ends[0] - ends[1]) / (2 * step)
        found.append(slope)
    return found


@pytest.fixture(scope="session")
def slopes():
    """Finite differences: an oracle that knows nothing of torch's own layers."""
    return _slopes
