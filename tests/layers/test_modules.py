"""The modules. Oracle: the modules of torch.nn, trained beside them."""

import inspect

import pytest
import torch
from torch import nn

from course_lib import layers

NETWORKS = {
    "plain": lambda of: nn.Sequential(
        of.Conv2d(3, 6, (3, 2), stride=(1, 2), padding=1, dilation=(2, 1), groups=3),
        of.ReLU(),
        of.MaxPool2d(3, 2, padding=1, ceil_mode=True),
        of.Conv2d(6, 4, 3, padding="same", bias=False),
        of.Tanh(),
        of.AvgPool2d(2, count_include_pad=False),
        nn.Flatten(),
        of.Linear(4 * 2 * 1, 7),
        of.Sigmoid(),
        of.Linear(7, 5, bias=False),
    ),
    "attention-like": lambda of: nn.Sequential(
        of.Conv2d(3, 5, 3), of.Softmax(dim=1), nn.Flatten(), of.Linear(5 * 8 * 6, 5)
    ),
}
LOSSES = {
    "plain": {},
    "all options": {
        "weight": torch.tensor([1.0, 2.0, 0.5, 1.0, 3.0]).double(),
        "ignore_index": 2,
        "label_smoothing": 0.1,
        "reduction": "sum",
    },
}
MODULES = [name for name in layers.__all__ if hasattr(nn, name)]


def _made(name, of):
    torch.manual_seed(5)
    return NETWORKS[name](of).double()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_same_seed_gives_the_same_network(name):
    """Constructor arguments, names and default initialization are torch's."""
    ours, theirs = _made(name, layers), _made(name, nn)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        assert ours.state_dict()[key].equal(value), key
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_travel_both_ways(name, tmp_path):
    ours, theirs = _made(name, layers), _made(name, nn)
    images = torch.randn(2, 3, 10, 8, dtype=torch.float64)
    for source, destination in ((ours, theirs), (theirs, ours)):
        nn.init.normal_(next(source.parameters()))
        torch.save(source.state_dict(), tmp_path / "weights.pt")
        destination.load_state_dict(torch.load(tmp_path / "weights.pt"), strict=True)
        torch.testing.assert_close(ours(images), theirs(images), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", NETWORKS)
def test_three_steps_of_training_equal_torch(name, loss):
    _train_beside_torch(name, loss, "cpu")


@pytest.mark.gpu
@pytest.mark.parametrize("name", NETWORKS)
def test_three_steps_of_training_equal_torch_on_cuda(name):
    _train_beside_torch(name, "all options", "cuda")


def _train_beside_torch(name, loss, device):
    networks = {of: _made(name, of).to(device) for of in (layers, nn)}
    images = torch.randn(6, 3, 10, 8, dtype=torch.float64, device=device)
    labels = torch.tensor([0, 1, 2, 3, 4, 1], device=device)
    for _ in range(3):
        for of, network in networks.items():
            criterion = of.CrossEntropyLoss(**LOSSES[loss]).to(device)
            network.zero_grad()
            criterion(network(images), labels).backward()
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter -= 0.1 * parameter.grad
    for ours, theirs in zip(*(n.parameters() for n in networks.values()), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("name", NETWORKS)
def test_autograd_agrees_with_small_steps(name):
    """torch.autograd.gradcheck: the module's gradient against differences of its output."""
    network = _made(name, layers)
    images = torch.randn(1, 3, 10, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(network, (images,))


def test_frozen_parameters_and_inputs_get_no_gradient():
    convolution = layers.Conv2d(1, 2, 3)
    convolution.weight.requires_grad_(False)
    images = torch.randn(1, 1, 4, 4)
    convolution(images).sum().backward()
    assert convolution.weight.grad is None
    assert convolution.bias.grad.tolist() == [4, 4]
    assert images.grad is None


@pytest.mark.parametrize("name", MODULES)
def test_constructors_take_the_arguments_of_torch(name):
    ours, theirs = getattr(layers, name), getattr(nn, name)
    assert inspect.signature(ours.__init__) == inspect.signature(theirs.__init__)


@pytest.mark.parametrize("name", MODULES)
def test_the_forward_is_ours(name):
    assert getattr(layers, name).forward is not getattr(nn, name).forward


def test_no_ready_made_layer_is_called():
    """The names of every operator that runs, forward and backward, seen by the profiler."""
    network, images = _made("plain", layers), torch.randn(2, 3, 10, 8).double()
    with torch.profiler.profile() as profile:
        loss = layers.CrossEntropyLoss()(network(images), torch.tensor([0, 4]))
        loss.backward()
    ready_made = ("conv", "pool", "softmax", "sigmoid", "relu", "nll", "cross_entropy", "linear")
    used = {event.key for event in profile.key_averages() if event.key.startswith("aten::")}
    assert used, "the profiler saw nothing"
    assert not [name for name in used if any(word in name for word in ready_made)]


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (layers.Conv2d(1, 1, 2, padding=1, padding_mode="reflect"), "padding_mode 'reflect'"),
        (layers.ReLU(inplace=True), "inplace"),
        (layers.Softmax(), "dim is None"),
    ],
)
def test_what_is_not_written_is_refused(module, message):
    with pytest.raises(ValueError, match=message):
        module(torch.zeros(1, 1, 4, 4))
