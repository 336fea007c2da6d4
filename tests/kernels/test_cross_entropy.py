"""The loss kernels. Oracle: torch in float64; ln(classes) for scores that are all equal."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode


@pytest.mark.parametrize("shape", [(5, 3), (7, 1), (4, 1000), (1, 64)])
def test_loss_and_gradient_equal_torch(device, shape):
    from course_lib.kernels import cross_entropy, cross_entropy_backward

    scores = 5 * torch.randn(shape, device=device)
    target = torch.randint(shape[1], shape[:1], device=device)
    exact = scores.double().requires_grad_()
    wanted = F.cross_entropy(exact, target)
    (gradient,) = torch.autograd.grad(wanted, exact, torch.tensor(-1.7, device=device).double())
    loss, log_sums = cross_entropy(scores, target)
    torch.testing.assert_close(loss.double(), wanted.detach(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(log_sums.double(), exact.logsumexp(1).detach(), rtol=1e-5, atol=1e-5)
    ours = cross_entropy_backward(torch.tensor(-1.7, device=device), scores, target, log_sums)
    torch.testing.assert_close(ours.double(), gradient, rtol=1e-4, atol=1e-7)


def test_equal_scores_cost_the_logarithm_of_the_number_of_classes(device):
    from course_lib.kernels import cross_entropy

    loss, _ = cross_entropy(torch.full((3, 11), 4.0, device=device), torch.arange(3, device=device))
    assert loss.item() == pytest.approx(math.log(11), rel=1e-6)


def test_large_scores_do_not_overflow(device):
    from course_lib.kernels import cross_entropy

    scores = torch.tensor([[1e4, 0.0], [0.0, -1e4]], device=device)
    loss, _ = cross_entropy(scores, torch.tensor([1, 0], device=device))
    assert loss.item() == pytest.approx(5000)


def test_half_precision_and_views(device):
    from course_lib.kernels import cross_entropy, cross_entropy_backward

    scores = torch.randn(6, 9, device=device).half().T
    target = torch.randint(6, (9,), device=device)[::1]
    loss, log_sums = cross_entropy(scores, target)
    gradient = cross_entropy_backward(
        torch.ones((), device=device).half(), scores, target, log_sums
    )
    assert loss.dtype == gradient.dtype == torch.float16
    wanted = F.cross_entropy(scores.double(), target)
    torch.testing.assert_close(loss.double(), wanted, rtol=2e-3, atol=2e-3)


def test_the_labels_are_looked_through_once(device):
    """For each number that Python reads, it waits for the device."""
    from course_lib.kernels import cross_entropy, cross_entropy_backward

    scores, target = torch.randn(4, 3, device=device), torch.arange(4, device=device) % 3
    with _Operations() as forward:
        _, log_sums = cross_entropy(scores, target)
    with _Operations() as backward:
        cross_entropy_backward(torch.ones((), device=device), scores, target, log_sums)
    for names in (forward.names, backward.names):
        assert [name for name in names if "min" in name or "max" in name] == ["aten::aminmax"]
        assert names.count("aten::_local_scalar_dense") <= 1


class _Operations(TorchDispatchMode):
    """Notes the operations of torch that are carried out."""

    def __init__(self):
        super().__init__()
        self.names = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.names.append(function.name())
        return function(*args, **(kwargs or {}))


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values(device):
    from course_lib.kernels import cross_entropy, cross_entropy_backward

    scores, target = torch.zeros(3, 4, device=device), torch.tensor([0, 1, 4], device=device)
    with pytest.raises(ValueError, match=r"target must lie in 0 to 3, .* from 0 to 4"):
        cross_entropy(scores, target)
    with pytest.raises(ValueError, match=r"target must lie in 0 to 3, .* from -1 to 3"):
        cross_entropy(scores, target - 1)
    with pytest.raises(ValueError, match=r"target must be \(3,\), not \(2,\)"):
        cross_entropy(scores, target[:2])
    with pytest.raises(ValueError, match=r"input must be \(n, classes\) .* not \(3, 4, 1\)"):
        cross_entropy(scores[..., None], target)
    with pytest.raises(ValueError, match="1 to 65,536 classes"):
        cross_entropy(torch.zeros(1, 65_537, device=device), target[:1])
    with pytest.raises(ValueError, match="target lies on meta, but input on"):
        cross_entropy(scores, target.to("meta"))
    one = torch.ones((), device=device)
    with pytest.raises(ValueError, match=r"log_sums must be \(3,\), not \(1,\)"):
        cross_entropy_backward(one, scores, target // 2, one[None])
