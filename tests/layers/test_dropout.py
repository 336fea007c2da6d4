"""Dropout. Oracle: torch with the same seed, means over every mask there is, and chance itself."""

import inspect
import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from course_lib.layers import (
    dropout,
    dropout2d,
    dropout2d_backward,
    dropout_backward,
    gaussian_dropout,
    gaussian_dropout_backward,
)

PROBABILITIES = [0.0, 0.1, 0.5, 0.73, 1.0]
BOTH = ((dropout, dropout_backward, F.dropout), (dropout2d, dropout2d_backward, F.dropout2d))


def _seeded(function, *arguments, **options):
    torch.manual_seed(3)
    return function(*arguments, **options)


@pytest.mark.parametrize("channels_last", [True, False])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("p", PROBABILITIES)
def test_the_same_seed_drops_what_torch_drops(p, training, channels_last):
    images, upstream = (torch.randn(4, 3, 5, 7, dtype=torch.float64) for _ in range(2))
    if channels_last:
        images = images.to(memory_format=torch.channels_last)
    for forward, backward, oracle in BOTH:
        leaf = images.clone().requires_grad_()
        wanted = _seeded(oracle, leaf, p, training)
        with torch.inference_mode():
            output, mask = _seeded(forward, images, p, training)
            grad = backward(upstream, mask, p, training)
        torch.testing.assert_close(output, wanted.detach(), rtol=1e-13, atol=0)
        (wanted,) = torch.autograd.grad(wanted, leaf, upstream)
        torch.testing.assert_close(grad, wanted, rtol=1e-13, atol=0)


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("p", [0.5, 0.3])
def test_at_test_time_a_unit_says_the_mean_of_all_thinned_networks(p, inverted):
    """All 2^4 masks of four units, each with its chance.

    With p = 0.3 a scaling by p, in place of 1 - p, shows; with 0.5 both are the same.
    """
    units, mean = torch.tensor([1.0, -2.0, 3.0, 0.5], dtype=torch.float64), 0.0
    for kept in itertools.product([True, False], repeat=4):
        chance = math.prod(1 - p if one else p for one in kept)
        # The output is linear in the input, so the backward scales as the forward does.
        mean += chance * dropout_backward(units, torch.tensor(kept), p, inverted=inverted)
    tested, _ = dropout(units, p, training=False, inverted=inverted)
    torch.testing.assert_close(mean, tested, rtol=1e-14, atol=0)
    assert tested.tolist() == pytest.approx((units if inverted else (1 - p) * units).tolist())


def test_a_thinned_layer_worked_by_hand():
    mask, ones = torch.tensor([True, False]), torch.ones(2)
    found = [
        dropout_backward(ones, mask, 0.75, training, inverted=inverted).tolist()
        for training, inverted in ((True, True), (True, False), (False, True), (False, False))
    ]
    assert found == [[4, 0], [1, 0], [1, 0], [0.25, 0]]
    grad = dropout2d_backward(ones.expand(1, 2, 1, 2), mask.view(1, 2, 1, 1), 0.75, inverted=False)
    assert grad.tolist() == [[[[1, 1]], [[0, 0]]]]


@pytest.mark.parametrize("inverted", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_the_mask_tells_the_output(training, inverted):
    images = torch.rand(4, 3, 5, 7) + 1
    for forward, backward, _ in BOTH:
        output, mask = forward(images, 0.4, training, inverted=inverted)
        assert output.equal(backward(images, mask, 0.4, training, inverted=inverted))
        assert (output != 0).equal(mask.expand_as(images))
        assert bool(mask.all()) == (not training)


def test_maps_are_dropped_whole_and_units_singly():
    images = torch.ones(100, 10, 4, 4)
    maps, mask = dropout2d(images, 0.5)
    assert mask.shape == (100, 10, 1, 1)
    assert maps.flatten(2).std(dim=2).max() == 0
    units, mask = dropout(images, 0.5)
    assert mask.shape == images.shape
    assert units.flatten(2).std(dim=2).count_nonzero() > 900


@pytest.mark.parametrize("p", [0.2, 0.7])
def test_as_many_are_dropped_as_p_says(p):
    """Within five standard deviations of a binomial count."""
    for forward, shape in ((dropout, (100_000,)), (dropout2d, (1000, 100, 1, 1))):
        _, mask = forward(torch.ones(shape), p)
        allowed = 5 * math.sqrt(100_000 * p * (1 - p))
        assert abs(int((~mask).sum()) - 100_000 * p) < allowed


def test_a_dropped_infinity_is_not_hidden():
    bad = torch.tensor([torch.nan, torch.inf])
    assert dropout(bad, 1.0)[0].isnan().all()


def test_a_generator_of_ones_own_is_used_alone():
    images = torch.rand(4, 3, 5, 7)
    for forward in (dropout, dropout2d, gaussian_dropout):
        before = torch.get_rng_state()
        draws = [forward(images, generator=torch.Generator().manual_seed(s))[1] for s in (1, 1, 2)]
        assert draws[0].equal(draws[1])
        assert not draws[0].equal(draws[2])
        assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    images = torch.randn(2, 3, 5, 7).to(dtype)
    for forward, backward, _ in BOTH:
        output, mask = forward(images, 0.3)
        grad = backward(images, mask, 0.3)
        assert (output.dtype, grad.dtype) == (dtype, dtype)
        close = {"rtol": torch.finfo(dtype).eps, "atol": 0}
        torch.testing.assert_close(output.double(), backward(images.double(), mask, 0.3), **close)
    output, noise = gaussian_dropout(images, 0.3)
    assert (output.dtype, noise.dtype) == (dtype, dtype)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_gaussian_noise_has_the_mean_and_the_variance_of_the_mask(p):
    """What inverted dropout multiplies with is 0 or 1 / (1 - p): mean 1, variance p / (1 - p)."""
    units = torch.full((100_000,), 3.0, dtype=torch.float64)
    output, noise = gaussian_dropout(units, p)
    deviation = math.sqrt(p / (1 - p))
    assert noise.mean().item() == pytest.approx(1, abs=5 * deviation / math.sqrt(100_000))
    assert noise.std().item() == pytest.approx(deviation, rel=0.02)
    assert output.equal(units * noise)
    upstream = torch.randn_like(units)
    assert gaussian_dropout_backward(upstream, noise).equal(upstream * noise)


def test_gaussian_noise_is_for_training_only():
    units = torch.randn(2, 3)
    output, noise = gaussian_dropout(units, training=False)
    assert output.equal(units)
    assert output is not units
    assert noise.unique().tolist() == [1]


def test_autograd_can_still_follow_the_forward():
    images = torch.randn(4, 3, 5, 7, dtype=torch.float64, requires_grad=True)
    for forward, factor in ((dropout, 2), (dropout2d, 2), (gaussian_dropout, 1)):
        output, drawn = forward(images)
        assert not drawn.requires_grad
        (grad,) = torch.autograd.grad(output.sum(), images)
        torch.testing.assert_close(grad, factor * drawn.expand_as(images).double())


def test_arguments_and_defaults_are_torchs():
    """But for `inplace`, which is not written."""

    def described(function, *left_out):
        found = [(p.name, p.default) for p in inspect.signature(function).parameters.values()]
        return [(name, default) for name, default in found if name not in left_out]

    for forward, backward, oracle in BOTH:
        torchs = described(oracle, "inplace")
        assert described(forward, "inverted", "generator") == torchs
        assert described(backward, "inverted")[2:] == torchs[1:]
    assert described(gaussian_dropout, "generator") == torchs


@pytest.mark.gpu
def test_cuda():
    images = torch.rand(50, 40, 5, 7, device="cuda") + 1
    generator = torch.Generator("cuda").manual_seed(1)
    for forward, backward, _ in BOTH:
        output, mask = forward(images, 0.4, generator=generator)
        assert output.equal(backward(images, mask, 0.4))
        assert 0.5 < mask.float().mean() < 0.7
    assert gaussian_dropout(images, generator=generator)[0].device == images.device
