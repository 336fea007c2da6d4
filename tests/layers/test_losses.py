"""Cross entropy. Oracle: torch in float64, autograd, finite differences, values by hand."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import cross_entropy, cross_entropy_backward

OPTIONS = st.fixed_dictionaries(
    {
        "reduction": st.sampled_from(["mean", "sum", "none"]),
        "label_smoothing": st.sampled_from([0.0, 0.1, 1.0]),
    }
)
BATCHES = st.sampled_from([(), (0,), (1,), (4,), (3, 2), (2, 3, 4)])


def _scores(batch, num_classes, scale=3.0):
    shape = (batch[0], num_classes, *batch[1:]) if batch else (num_classes,)
    return scale * torch.randn(shape, dtype=torch.float64)


def _weight(num_classes, wanted):
    return torch.rand(num_classes, dtype=torch.float64) if wanted else None


@settings(max_examples=150, derandomize=True, deadline=None)
@given(BATCHES, st.integers(1, 5), OPTIONS, st.booleans(), st.sampled_from([-100, 0, 2]))
def test_class_indices_equal_torch(equals_torch, batch, num_classes, options, weighted, ignored):
    target = torch.randint(num_classes, batch)
    if ignored < 0:
        target = target.where(torch.rand(batch) < 0.8, ignored)
    tensors = (_scores(batch, num_classes), target, _weight(num_classes, weighted))
    options = {**options, "ignore_index": ignored}
    layer = (cross_entropy, cross_entropy_backward, F.cross_entropy)
    equals_torch(*layer, *tensors, num_inputs=1, **options)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(BATCHES, st.integers(1, 5), OPTIONS, st.booleans())
def test_probabilities_equal_torch(equals_torch, batch, num_classes, options, weighted):
    scores = _scores(batch, num_classes)
    target = torch.softmax(_scores(batch, num_classes), dim=min(len(batch), 1))
    tensors = (scores, target, _weight(num_classes, weighted))
    layer = (cross_entropy, cross_entropy_backward, F.cross_entropy)
    equals_torch(*layer, *tensors, num_inputs=1, **options)


def test_no_idea_costs_the_logarithm_of_the_number_of_classes():
    loss = cross_entropy(torch.zeros(7, 10, dtype=torch.float64), torch.arange(7))
    assert loss.item() == pytest.approx(math.log(10), rel=1e-15)


def test_the_gradient_is_what_was_given_minus_what_was_wanted():
    scores = torch.tensor([[0.0, math.log(3.0)]], dtype=torch.float64)  # p = 1/4, 3/4
    one = torch.ones((), dtype=torch.float64)
    grad = cross_entropy_backward(one, scores, torch.tensor([0]))
    assert grad[0].tolist() == pytest.approx([1 / 4 - 1, 3 / 4], rel=1e-14)


def test_scores_of_any_size_are_safe():
    """e^1000 is no float: a softmax followed by a logarithm gives inf or NaN here."""
    scores = torch.tensor([[1000.0, 0.0], [0.0, 1000.0]])
    assert cross_entropy(scores, torch.tensor([0, 0]), reduction="none").tolist() == [0, 1000]


def test_a_class_ruled_out_by_minus_infinity_is_safe(equals_torch):
    scores = torch.tensor([[1.0, -torch.inf, 2.0]], dtype=torch.float64)
    layer = (cross_entropy, cross_entropy_backward, F.cross_entropy)
    equals_torch(*layer, scores, torch.tensor([0]), num_inputs=1)


def test_labels_may_be_bytes():
    """256 - 100 = 156: a byte that must not be taken for the ignored -100."""
    scores, labels = torch.randn(2, 200), torch.tensor([156, 3])
    found = cross_entropy(scores, labels.to(torch.uint8), reduction="none")
    assert found.equal(cross_entropy(scores, labels, reduction="none"))
    assert found[0] > 0


def test_where_all_targets_are_ignored_there_is_no_mean(equals_torch):
    scores, target = torch.randn(2, 3, dtype=torch.float64), torch.tensor([-100, -100])
    layer = (cross_entropy, cross_entropy_backward, F.cross_entropy)
    equals_torch(*layer, scores, target, num_inputs=1)


@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_backward_by_finite_differences(slopes, reduction):
    scores, target = torch.randn(3, 4, 2, dtype=torch.float64), torch.randint(4, (3, 2))
    options = {"weight": torch.rand(4).double(), "label_smoothing": 0.2, "reduction": reduction}
    upstream = torch.randn_like(cross_entropy(scores, target, **options))
    (wanted,) = slopes(lambda s: cross_entropy(s, target, **options), [scores], upstream)
    found = cross_entropy_backward(upstream, scores, target, **options)
    torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype, equals_torch):
    """70,000 examples: a sum kept in float16 is infinite, and so is their number."""
    scores, target = torch.randn(70_000, 3).to(dtype), torch.randint(3, (70_000,))
    loss = cross_entropy(scores, target)
    grad = cross_entropy_backward(torch.ones((), dtype=dtype), scores, target)
    assert (loss.dtype, grad.dtype) == (dtype, dtype)
    exact = F.cross_entropy(scores.double(), target)
    torch.testing.assert_close(loss.double(), exact, rtol=torch.finfo(dtype).eps, atol=0)


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    scores = torch.randn(6, 4, device="cuda", dtype=torch.float64)
    target = torch.tensor([0, 1, -100, 3, 2, 1], device="cuda")
    layer = (cross_entropy, cross_entropy_backward, F.cross_entropy)
    equals_torch(*layer, scores, target, num_inputs=1, label_smoothing=0.1)


LABELS = torch.tensor([0, 1])
MISTAKES = {
    "label too large": (torch.tensor([0, 3]), {}, "target must lie in 0 to 2, .* 0 to 3"),
    "negative label": (torch.tensor([-1, 2]), {}, "target must lie in 0 to 2, .* -1 to 2"),
    "one label too many": (torch.zeros(3).long(), {}, r"target must be \(2,\), not \(3,\)"),
    "labels as a column": (torch.zeros(2, 1).long(), {}, r"target must be \(2,\), not \(2, 1\)"),
    "labels as floats": (torch.zeros(2), {}, r"target of dtype .*target.long\(\)"),
    "too few fractions": (torch.zeros(2, 2), {}, r"target must be \(2, 3\), not \(2, 2\)"),
    "ignored fractions": (torch.zeros(2, 3), {"ignore_index": 1}, "ignore_index 1 means nothing"),
    "unknown reduction": (LABELS, {"reduction": "average"}, "reduction must be .* not 'average'"),
    "too smooth": (LABELS, {"label_smoothing": 1.5}, "label_smoothing must lie in 0 to 1.* 1.5"),
    "two weights": (LABELS, {"weight": torch.ones(2)}, r"weight must be \(3,\), not \(2,\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    target, options, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        cross_entropy(torch.zeros(2, 3), target, **options)
    with pytest.raises(ValueError, match=message):
        cross_entropy_backward(torch.ones(()), torch.zeros(2, 3), target, **options)


@pytest.mark.usefixtures("without_shape_checks")
def test_an_upstream_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"grad_output must be \(\), not \(2,\)"):
        cross_entropy_backward(torch.ones(2), torch.zeros(2, 3), LABELS)
