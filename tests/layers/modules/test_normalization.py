"""The normalizations as modules. Oracle: those of torch.nn, trained beside them."""

import copy

import pytest
import torch
from torch import nn

from course_lib import layers

OPTIONS = {
    "as it comes": {},
    "all options": {"eps": 0.1, "momentum": 0.7},
    "cumulative": {"momentum": None},
    "nothing to learn": {"affine": False},
    "nothing to remember": {"track_running_stats": False},
    "neither": {"affine": False, "track_running_stats": False, "momentum": None},
}


def _made(options, of):
    torch.manual_seed(5)
    network = nn.Sequential(
        nn.Conv2d(3, 6, 3),
        of.BatchNorm2d(6, **options),
        nn.ReLU(),
        of.LocalResponseNorm(4, alpha=0.5, beta=0.6, k=1.5),
        nn.Flatten(start_dim=2),
        of.BatchNorm1d(6, **options),
        nn.Flatten(),
        nn.Linear(6 * 4 * 3, 5),
        of.BatchNorm1d(5, **options),
    ).double()
    for name, parameter in network.named_parameters():
        if "weight" in name and parameter.ndim == 1:
            nn.init.uniform_(parameter, 0.5, 2.0)  # gamma other than 1
    return network


def _train(networks, num_steps=4, device="cpu"):
    """Train all networks on the same batches, which differ in size and mean."""
    for step in range(num_steps):
        torch.manual_seed(step)
        images = torch.randn(4 + step, 3, 6, 5, dtype=torch.float64, device=device) + step
        upstream = torch.randn(4 + step, 5, dtype=torch.float64, device=device)
        for network in networks:
            network.train().zero_grad()
            network(images).backward(upstream)
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter -= 0.1 * parameter.grad


def _assert_same(ours, theirs, device="cpu"):
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        torch.testing.assert_close(ours.state_dict()[key], value, rtol=1e-10, atol=1e-11, msg=key)
    images = torch.randn(2, 3, 6, 5, dtype=torch.float64, device=device)
    inputs = [images.clone().requires_grad_() for _ in range(2)]
    outputs = [network.eval()(x) for network, x in zip((ours, theirs), inputs, strict=True)]
    torch.testing.assert_close(*outputs, rtol=1e-10, atol=1e-11)
    upstream = torch.randn_like(outputs[0])
    for output in outputs:
        output.backward(upstream)
    torch.testing.assert_close(inputs[0].grad, inputs[1].grad, rtol=1e-10, atol=1e-11)
    pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("options", OPTIONS)
def test_training_and_evaluation_equal_torch(options):
    ours, theirs = (_made(OPTIONS[options], of) for of in (layers, nn))
    assert repr(ours) == repr(theirs)
    _assert_same(ours, theirs)
    _train((ours, theirs))
    _assert_same(ours, theirs)


@pytest.mark.gpu
@pytest.mark.parametrize("options", OPTIONS)
def test_training_and_evaluation_equal_torch_on_cuda(options):
    ours, theirs = (_made(OPTIONS[options], of).cuda() for of in (layers, nn))
    _train((ours, theirs), device="cuda")
    _assert_same(ours, theirs, "cuda")


@pytest.mark.parametrize("tracking", [True, False])
def test_tracking_switched_after_the_making_equals_torch(tracking):
    """Buffers that are there are used in evaluation and left alone in training, or are missing."""
    ours, theirs = (_made({"track_running_stats": not tracking}, of) for of in (layers, nn))
    for network in (ours, theirs):
        for module in network:
            if hasattr(module, "track_running_stats"):
                module.track_running_stats = tracking
    _train((ours, theirs))
    _assert_same(ours, theirs)


def test_weights_travel_both_ways(tmp_path):
    ours, theirs = (_made({}, of) for of in (layers, nn))
    for source, destination in ((ours, theirs), (theirs, ours)):
        _train([source], num_steps=2)
        torch.save(source.state_dict(), tmp_path / "weights.pt")
        destination.load_state_dict(torch.load(tmp_path / "weights.pt"), strict=True)
        _train([source, destination], num_steps=1)
        _assert_same(ours, theirs)


def test_without_momentum_the_averages_are_plain_means():
    norm = layers.BatchNorm1d(1, momentum=None)
    for batch in ([[1.0], [3.0]], [[10.0], [20.0]], [[0.0], [0.0]]):
        norm(torch.tensor(batch))
    assert norm.running_mean.item() == pytest.approx((2 + 15 + 0) / 3)
    assert norm.running_var.item() == pytest.approx((2 + 50 + 0) / 3)
    assert norm.num_batches_tracked.item() == 3


@pytest.mark.parametrize("training", [True, False])
def test_autograd_agrees_with_small_steps(training):
    network = _made({}, layers).train(training)
    images = torch.randn(2, 3, 4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(network[:-2], (images,))


def test_averages_that_move_between_evaluation_and_its_backward_are_noticed():
    norm = layers.BatchNorm1d(3).eval()
    output = norm(torch.randn(4, 3, requires_grad=True))
    norm.train()(torch.randn(4, 3))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


def test_a_copy_learns_by_itself():
    norm = layers.BatchNorm1d(3)
    other = copy.deepcopy(norm)
    other(torch.randn(4, 3) + 5)
    assert norm.running_mean.tolist() == [0, 0, 0]
    assert other.running_mean.min() > 0


def test_no_ready_made_layer_is_called():
    network, images = _made({}, layers), torch.randn(2, 3, 6, 5).double()
    with torch.profiler.profile() as profile:
        network(images).sum().backward()
        network.eval()(images).sum().backward()
    used = {event.key for event in profile.key_averages() if event.key.startswith("aten::")}
    assert used, "the profiler saw nothing"
    assert not [name for name in used if "norm" in name or "pool" in name or "var" in name]


def test_the_papers_response_normalization_sums_the_squares():
    """Krizhevsky et al. 2012, section 3.3: k = 2, n = 5, alpha = 1e-4, beta = 3 / 4."""
    maps = 100 * torch.randn(2, 9, 3, 4, dtype=torch.float64, requires_grad=True)
    outputs = layers.SummedResponseNorm()(maps), nn.LocalResponseNorm(5, 5e-4, 0.75, 2.0)(maps)
    torch.testing.assert_close(*outputs, rtol=1e-12, atol=0)
    upstream = torch.randn_like(maps)
    grads = [torch.autograd.grad(output, maps, upstream)[0] for output in outputs]
    torch.testing.assert_close(*grads, rtol=1e-10, atol=1e-12)


def test_the_papers_window_has_both_ends():
    maps = torch.randn(1, 6, 2)
    given = {"alpha": 0.5, "beta": 1.0, "k": 1.0}
    found = layers.SummedResponseNorm(4, **given)(maps)
    options = given | {"divide_alpha": False, "both_ends": True}
    assert found.equal(layers.local_response_norm(maps, 4, **options))


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("module", "shape", "message"),
    [
        (layers.BatchNorm1d(3), (2, 3, 4, 5), r"input must be \(n, c\) or .* not \(2, 3, 4, 5\)"),
        (layers.BatchNorm1d(3), (3,), r"\(n, c\) or \(n, c, length\), not \(3,\)"),
        (layers.BatchNorm2d(3), (2, 3, 4), r"input must be \(n, c, h, w\), not \(2, 3, 4\)"),
        (layers.BatchNorm2d(3), (1, 3, 1, 1), "has 1 number"),
        (layers.BatchNorm2d(3), (2, 4, 2, 2), r"running_mean must be \(4,\), not \(3,\)"),
    ],
)
def test_errors_name_the_argument_and_the_values(module, shape, message):
    with pytest.raises(ValueError, match=message):
        module(torch.zeros(shape))
