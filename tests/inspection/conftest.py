"""What the tests of this part share: a small network, and the proof that it stays as it is."""

from contextlib import contextmanager

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import measured_receptive_field, receptive_field


class SmallNetwork(nn.Module):
    """A residual block, then global average pooling; outside of modules: ReLU, a sum, a mean."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.dropout = nn.Dropout(0.5)
        self.classifier = nn.Linear(4, 5)

    def forward(self, images):
        x = F.relu(self.norm(self.first(images)))
        x = F.relu(self.second(x) + x)
        return self.classifier(self.dropout(x.mean(dim=(2, 3))))


@pytest.fixture
def network() -> SmallNetwork:
    """In training mode, with gradients, part of it frozen and part of it in evaluation mode."""
    model = SmallNetwork()
    model(torch.randn(6, 3, 7, 9)).square().sum().backward()
    model.first.bias.requires_grad_(False)
    model.norm.eval()
    return model


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(2, 3, 7, 9)


@contextmanager
def _stays_as_it_is(model: nn.Module):
    def state():
        return (
            {name: value.clone() for name, value in model.state_dict().items()},
            {n: None if p.grad is None else p.grad.clone() for n, p in model.named_parameters()},
            [module.training for module in model.modules()],
            [parameter.requires_grad for parameter in model.parameters()],
            [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()],
            torch.get_rng_state(),
        )

    before, version = state(), [p._version for p in model.parameters()]
    yield
    torch.testing.assert_close(state(), before, rtol=0, atol=0, equal_nan=True)
    assert [p._version for p in model.parameters()] == version


@pytest.fixture
def stays_as_it_is():
    """Weights, buffers, gradients, modes, hooks and the state of the random numbers."""
    return _stays_as_it_is


def _agrees(model: nn.Module, input_shape: tuple[int, ...], name: str | None = None) -> None:
    """The recurrence and the measurement say the same of a layer, the last one unless named."""
    found = receptive_field(model, input_shape)
    field = found[-1] if name is None else found.of(name)
    output = dict(model.named_modules()).get(field.name, model)
    shape = []
    hook = output.register_forward_hook(lambda _m, _i, maps: shape.extend(maps.shape[2:]))
    parameter = next(model.parameters())
    model(torch.zeros(input_shape, device=parameter.device))
    hook.remove()
    height, width = shape or (1, 1)
    for unit in {(0, 0), (height // 2, width // 2), (height - 1, width - 1)}:
        windows = []
        for axis in (0, 1):
            middle = field.start[axis] + unit[axis] * field.jump[axis]
            reach = (field.size[axis] - 1) / 2
            edge = input_shape[2 + axis] - 1
            windows.append((max(0, middle - reach), min(edge, middle + reach)))
        if any(first > last for first, last in windows):
            with pytest.raises(ValueError, match="no pixel reaches the unit"):
                measured_receptive_field(model, input_shape, field.name, unit)
        else:
            measured = measured_receptive_field(model, input_shape, field.name, unit)
            assert [measured.rows, measured.columns] == windows, unit


@pytest.fixture
def agrees():
    """Of one field, the recurrence and the measurement are each the other's oracle."""
    return _agrees
