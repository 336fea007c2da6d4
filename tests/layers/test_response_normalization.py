"""Local response normalization. Oracle: torch in float64, autograd, and the formula in loops."""

import inspect

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import local_response_norm, local_response_norm_backward

LAYER = (local_response_norm, local_response_norm_backward)
FLAGS = (True, False)
READINGS = [{"divide_alpha": mean, "both_ends": both} for mean in FLAGS for both in FLAGS]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.integers(1, 8),
    st.integers(1, 6),
    st.sampled_from([(4,), (3, 5), (1, 2), (2, 1, 3)]),
    st.integers(1, 3),
    st.booleans(),
)
def test_equals_torch(equals_torch, size, channels, space, num_images, mirrored):
    """Even windows, and windows larger than the number of channels, too."""
    images = 3 * torch.randn(num_images, channels, *space, dtype=torch.float64)
    images = images.transpose(0, 1).contiguous().transpose(0, 1) if mirrored else images
    options = {"size": size, "alpha": 0.3, "beta": 0.6, "k": 1.7}
    equals_torch(*LAYER, F.local_response_norm, images, **options)
    equals_torch(*LAYER, F.local_response_norm, images, size=size)


def test_an_empty_batch_stays_empty():
    """Not compared: some versions of torch refuse it."""
    layer, layer_backward = LAYER
    maps = torch.randn(0, 3, 4, dtype=torch.float64)
    assert layer(maps, 3).shape == layer_backward(maps, maps, 3).shape == maps.shape


def _formula(a, n, alpha, beta, k, divide_alpha, both_ends):
    """The sum as Krizhevsky et al. print it, or as torch cuts it, one number at a time."""
    b = torch.empty_like(a)
    N = a.shape[1]
    for image, i, x in torch.cartesian_prod(*map(torch.arange, a.shape)).tolist():
        first, last = i - n // 2, i + n // 2
        if n % 2 == 0 and not both_ends:
            last -= 1
        window = a[image, max(0, first) : min(N - 1, last) + 1, x]
        scale = alpha / n if divide_alpha else alpha
        b[image, i, x] = a[image, i, x] / (k + scale * (window**2).sum()) ** beta
    return b


@pytest.mark.parametrize("reading", READINGS, ids=str)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 10])
def test_every_reading_is_its_formula(slopes, size, reading):
    activations = torch.randn(2, 6, 3, dtype=torch.float64)
    options = {"alpha": 0.5, "beta": 0.75, "k": 2.0, **reading}
    wanted = _formula(activations, size, **options)
    found = local_response_norm(activations, size, **options)
    torch.testing.assert_close(found, wanted, rtol=1e-13, atol=1e-13)
    upstream = torch.randn_like(activations)
    (wanted,) = slopes(lambda a: local_response_norm(a, size, **options), [activations], upstream)
    found = local_response_norm_backward(upstream, activations, size, **options)
    torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-7)


def test_an_even_window_worked_by_hand():
    """Three channels 1, 2, 3 and n = 2: torch's window is i - 1 and i, the formula's has i + 1."""
    activations = torch.tensor([[[1.0], [2.0], [3.0]]])
    options = {"size": 2, "alpha": 1.0, "beta": 1.0, "k": 0.0, "divide_alpha": False}
    two = local_response_norm(activations, **options)
    assert two.flatten().tolist() == pytest.approx([1 / 1, 2 / (1 + 4), 3 / (4 + 9)])
    three = local_response_norm(activations, **options, both_ends=True)
    assert three.flatten().tolist() == pytest.approx([1 / (1 + 4), 2 / (1 + 4 + 9), 3 / (4 + 9)])
    mean = local_response_norm(activations, **options | {"divide_alpha": True})
    assert mean.flatten().tolist() == pytest.approx([1 / 0.5, 2 / 2.5, 3 / 6.5])


@pytest.mark.parametrize("size", [4, 5])
def test_for_an_odd_window_both_limits_are_the_same(size):
    activations = torch.randn(2, 7, 3, dtype=torch.float64)
    one = local_response_norm(activations, size, 1.0)
    assert one.equal(local_response_norm(activations, size, 1.0, both_ends=True)) == (size == 5)


def test_the_papers_alpha_is_torchs_times_the_window():
    activations = torch.randn(2, 7, 3, dtype=torch.float64)
    wanted = F.local_response_norm(activations, 5, alpha=5 * 1e-2, beta=0.75, k=2.0)
    found = local_response_norm(activations, 5, 1e-2, 0.75, 2.0, divide_alpha=False)
    torch.testing.assert_close(found, wanted, rtol=1e-13, atol=1e-13)


def test_places_do_not_see_each_other_and_channels_do():
    activations = torch.randn(1, 4, 3, 3)
    before = local_response_norm(activations, 3, 1.0)
    activations[0, 1, 2, 2] = 100.0
    changed = before != local_response_norm(activations, 3, 1.0)
    assert changed.nonzero().tolist() == [[0, channel, 2, 2] for channel in (0, 1, 2)]


def test_reversing_the_channels_of_a_symmetric_window_reverses_the_output():
    activations = torch.randn(2, 6, 3, dtype=torch.float64)
    for size in (3, 4):
        there, back = (
            local_response_norm(a, size, 1.0, both_ends=True)
            for a in (activations, activations.flip(1))
        )
        torch.testing.assert_close(there, back.flip(1))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    """300 squared is no float16, and alpha = 1e-4 added to 1 is lost in both."""
    images, upstream = 300 * torch.randn(2, 7, 5).to(dtype), torch.randn(2, 7, 5).to(dtype)
    for found, exact in (
        (local_response_norm(images, 5), local_response_norm(images.double(), 5)),
        (
            local_response_norm_backward(upstream, images, 5),
            local_response_norm_backward(upstream.double(), images.double(), 5),
        ),
    ):
        assert found.dtype == dtype
        eps = torch.finfo(dtype).eps
        torch.testing.assert_close(found.double(), exact, rtol=2 * eps, atol=1e-6)


def test_autograd_can_still_follow_the_forward():
    images = torch.randn(2, 5, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: local_response_norm(x, 4, 0.5), (images,))


def test_arguments_and_defaults_are_torchs():
    theirs = inspect.signature(F.local_response_norm).parameters.values()
    for function in LAYER:
        ours = [
            p for p in inspect.signature(function).parameters.values() if p.kind != p.KEYWORD_ONLY
        ]
        ours = ours[function is local_response_norm_backward :]
        assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    images = torch.randn(3, 5, 7, 4, device="cuda", dtype=torch.float64)
    equals_torch(*LAYER, F.local_response_norm, images, size=4, alpha=0.5)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("input", "size", "message"),
    [
        (torch.zeros(1, 4, 2), 0, "size is 0; .*at least one"),
        (torch.zeros(4), 3, r"input must be \(n, channels, …\), not \(4,\)"),
        (torch.zeros(1, 4, 2).byte(), 3, "input holds torch.uint8"),
    ],
)
def test_errors_name_the_argument_and_the_values(input, size, message):
    with pytest.raises(ValueError, match=message):
        local_response_norm(input, size)
    with pytest.raises(ValueError, match=message):
        local_response_norm_backward(input, input, size)
