"""Oracle: bytes worked by hand, and what torch itself still holds after a forward pass."""

import copy

import pytest
import torch
import torchvision
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.inspection import count_parameters, memory

FLOAT, INTEGER = 4, 8


@pytest.fixture
def model() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),  # 8 x 8 to 6 x 6
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),  # to 3 x 3
        nn.Flatten(),
        nn.Linear(36, 10),
    )


def test_each_layer_is_worked_by_hand(model):
    found = memory(model, (2, 3, 8, 8))
    maps, pooled = 2 * 4 * 6 * 6, 2 * 4 * 3 * 3
    assert [(la.name, la.kind, la.parameters, la.activations) for la in found.layers] == [
        ("0", "Conv2d", (4 * 27 + 4) * FLOAT, 2 * 3 * 8 * 8 * FLOAT),  # the images
        ("1", "BatchNorm2d", 8 * FLOAT, (maps + 2 * 4) * FLOAT),  # input, mean and deviation
        ("2", "ReLU", 0, maps * FLOAT),  # its output, which the pooling keeps too
        ("3", "MaxPool2d", 0, pooled * INTEGER),  # who won
        ("5", "Linear", 370 * FLOAT, pooled * FLOAT),  # the flattened maps
    ]
    assert found.parameters == found.gradients == count_parameters(model) * FLOAT
    assert found.activations == sum(layer.activations for layer in found.layers)
    assert found.optimizer_state == 0
    assert found.total == 2 * found.parameters + found.activations


def test_only_activations_grow_with_the_batch():
    # Without a batch normalization, which keeps a mean and a deviation for any batch.
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(144, 2))
    one, seven = memory(model, (1, 3, 8, 8)), memory(model, (7, 3, 8, 8))
    assert seven.activations == 7 * one.activations
    assert (seven.parameters, seven.gradients) == (one.parameters, one.gradients)


class StillHeld(TorchDispatchMode):
    """torch's own accounting on a CPU: which of all storages that were made are not freed."""

    def __init__(self):
        super().__init__()
        self.made: dict[int, tuple[StorageWeakRef, int]] = {}

    def __torch_dispatch__(self, operation, _types, arguments=(), options=None):
        outputs = operation(*arguments, **(options or {}))
        for output in outputs if isinstance(outputs, tuple) else (outputs,):
            if isinstance(output, torch.Tensor):
                storage = output.untyped_storage()
                self.made[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        return outputs

    def bytes_besides(self, *tensors: torch.Tensor) -> int:
        others = {tensor.untyped_storage()._cdata for tensor in tensors}
        return sum(
            num_bytes
            for key, (held, num_bytes) in self.made.items()
            if not held.expired() and key not in others
        )


class Careless(nn.Module):
    """Computes something that it throws away, keeps views, and saves the same twice."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 6, 3), nn.Conv2d(3, 6, 3)
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        _thrown_away = (self.two(x).exp() * 3).sigmoid()
        maps = torch.tanh(self.one(x))
        left, right = maps[..., ::2] ** 2, maps[..., 1::2] ** 2
        x = (left * right).mean(dim=(2, 3))
        return self.head(F.dropout(x, training=self.training))


@pytest.mark.parametrize(
    ("build", "shape"),
    [
        (Careless, (3, 3, 8, 10)),
        (lambda: torchvision.models.resnet18(num_classes=10), (2, 3, 32, 32)),
    ],
)
def test_torch_still_holds_as_much_after_a_forward_pass(build, shape):
    model = build().train()
    with StillHeld() as held:
        images = torch.zeros(shape) * 1.0
        output = model(images)
        del images
    expected = held.bytes_besides(output, *model.parameters(), *model.buffers())
    assert memory(model, shape).activations == expected


def test_what_the_backward_does_not_need_is_not_kept(model):
    for layer in model[:4]:
        layer.requires_grad_(False)
    frozen = memory(model, (2, 3, 8, 8))
    assert [layer.name for layer in frozen.layers if layer.activations] == ["5"]
    assert frozen.gradients == 370 * FLOAT
    model.requires_grad_(False)
    assert memory(model, (2, 3, 8, 8)).activations == 0


def test_a_shared_parameter_counts_once():
    first, second = nn.Linear(5, 5), nn.Linear(5, 5)
    second.weight = first.weight
    found = memory(nn.Sequential(first, nn.Tanh(), second), (1, 5))
    assert found.parameters == found.gradients == 35 * FLOAT
    assert [layer.parameters for layer in found.layers] == [30 * FLOAT, 0, 5 * FLOAT]


def test_the_state_of_the_optimizer_is_what_it_holds_after_a_step(model):
    size = count_parameters(model) * FLOAT
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    momentum = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    adam = torch.optim.Adam(model.parameters(), lr=0.1)
    found = [memory(model, (2, 3, 8, 8), o).optimizer_state for o in (sgd, momentum, adam)]
    steps = 6 * FLOAT  # Adam counts its steps, for each of the six parameters
    assert found == [0, size, 2 * size + steps]
    assert not momentum.state
    assert memory(model, (2, 3, 8, 8), adam).total == 4 * size + steps + 4_736


def test_frozen_parameters_have_no_state(model):
    model[:4].requires_grad_(False)
    momentum = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    assert memory(model, (2, 3, 8, 8), momentum).optimizer_state == 370 * FLOAT


def test_a_model_on_the_meta_device_is_measured_without_memory(model):
    with torch.device("meta"):
        vgg16 = torchvision.models.vgg16()
    found = memory(vgg16, (256, 3, 224, 224))
    assert found.parameters == 138_357_544 * FLOAT
    assert found.layers[0].activations == 256 * 3 * 224 * 224 * FLOAT
    assert memory(copy.deepcopy(model).to("meta"), (2, 3, 8, 8)) == memory(model, (2, 3, 8, 8))


def test_the_model_is_left_as_it_was(network, stays_as_it_is):
    optimizer = torch.optim.Adam(network.parameters())
    with stays_as_it_is(network):
        memory(network, (2, 3, 7, 9), optimizer)
    assert not optimizer.state


def test_the_table_shows_itself(model):
    found = memory(model, (2, 3, 8, 8), torch.optim.SGD(model.parameters(), 0.1, momentum=0.9))
    rows = [line.split() for line in repr(found).splitlines()]
    assert rows[0] == ["layer", "kind", "parameters", "kept", "for", "the", "backward"]
    assert rows[2] == ["0", "Conv2d", "448", "1,536"]
    assert rows[-4:] == [
        ["together", "1,960", "4,736"],
        ["optimizer", "state", "1,960", "0"],
        ["gradients", "1,960", "0"],
        ["all", "10,616", "0"],
    ]
    assert "optimizer" not in repr(memory(model, (2, 3, 8, 8)))
    assert "<td" in found._repr_html_()


@pytest.mark.gpu
def test_cuda_has_allocated_as_much(model):
    model.cuda()
    model(torch.zeros(2, 3, 8, 8, device="cuda"))  # what the first call of cuDNN keeps
    before = torch.cuda.memory_allocated()
    output = model(torch.zeros(64, 3, 8, 8, device="cuda"))
    allocated = torch.cuda.memory_allocated() - before - output.nbytes
    found = memory(model, (64, 3, 8, 8)).activations
    # CUDA gives memory in pieces of 512 bytes; nine tensors are kept at most.
    assert found <= allocated <= found + 9 * 512
