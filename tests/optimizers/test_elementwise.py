"""What all optimizers do alike. Oracle: by hand."""

import pytest
import torch
from torch import nn

from course_lib import optimizers
from course_lib.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop
from course_lib.optimizers.elementwise import Elementwise, average_in

KINDS = (SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW)
every_kind = pytest.mark.parametrize("kind", KINDS)


def number(value, gradient):
    """A parameter of one number, with its gradient."""
    parameter = nn.Parameter(torch.tensor([value], dtype=torch.float64))
    parameter.grad = torch.tensor([gradient], dtype=torch.float64)
    return parameter


@every_kind
def test_leaves_parameters_without_a_gradient_alone(kind):
    still, moving = number(2.0, 0.0), number(2.0, 1.0)
    still.grad = None
    kind([still, moving], lr=0.1, weight_decay=0.5).step()
    assert still.item() == 2
    assert moving.item() < 2


@every_kind
def test_step_returns_the_loss_of_a_closure_that_may_differentiate(kind):
    w = number(3.0, 0.0)
    optimizer = kind([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (w**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 9
    assert w.item() < 3
    assert optimizer.step() is None


@every_kind
def test_steps_are_no_part_of_the_graph(kind):
    w = number(3.0, 1.0)
    kind([w]).step()
    assert w.is_leaf
    assert w.requires_grad


def test_weight_decay_is_the_gradient_of_half_its_square():
    # By hand: 5 + 0.5 * 4 = 7, and 4 - 0.1 * 7 = 3.3.
    w = number(4.0, 5.0)
    SGD([w], lr=0.1, weight_decay=0.5).step()
    assert w.item() == pytest.approx(3.3)
    assert w.grad.item() == 5


def test_a_running_average_forgets_a_little():
    average = torch.tensor([8.0])
    average_in(average, torch.tensor([4.0]), rho=0.75)
    assert average.item() == 7


BELOW_ONE = {RMSprop: "alpha", Adadelta: "rho"}
NOT_NEGATIVE = {
    SGD: ("lr", "momentum", "weight_decay"),
    Adagrad: ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"),
    RMSprop: ("lr", "eps", "weight_decay", "momentum", "alpha"),
    Adadelta: ("lr", "rho", "eps", "weight_decay"),
    Adam: ("lr", "eps", "weight_decay"),
    AdamW: ("lr", "eps", "weight_decay"),
}
SENSELESS = [
    (kind, name, value)
    for kind, names in NOT_NEGATIVE.items()
    for name in names
    for value in (-0.1, float("nan"))
] + [(kind, name, 1.0) for kind, name in BELOW_ONE.items()]


@pytest.mark.parametrize(("kind", "name", "value"), SENSELESS)
def test_refuses_what_makes_no_sense_in_a_group_too(kind, name, value):
    message = f"{name} is {value}; give a number"
    with pytest.raises(ValueError, match=message):
        kind([number(1.0, 1.0)], **{name: value})
    optimizer = kind([number(1.0, 1.0)])
    with pytest.raises(ValueError, match=message):
        optimizer.add_param_group({"params": [number(1.0, 1.0)], name: value})
    assert len(optimizer.param_groups) == 1


@every_kind
def test_zero_is_a_number_that_makes_sense(kind):
    names = [name for name in NOT_NEGATIVE[kind] if name != "eps"]
    w = number(2.0, 1.0)
    kind([w], **dict.fromkeys(names, 0.0)).step()
    assert w.item() == 2  # the rate is 0 as well


@every_kind
def test_unknown_options_are_an_error(kind):
    with pytest.raises(TypeError, match="maximise"):
        kind([number(1.0, 1.0)], maximise=True)


@every_kind
def test_the_arguments_of_torch_have_their_order_and_defaults(kind):
    theirs = getattr(torch.optim, kind.__name__)([number(1.0, 1.0)]).defaults
    ours = kind([number(1.0, 1.0)]).defaults
    assert ours == {name: theirs[name] for name in ours}


@every_kind
def test_a_sparse_or_complex_gradient_is_named(kind):
    table = nn.Embedding(4, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(
        ValueError,
        match=r"torch\.sparse_coo of torch\.float32;.*real ones\. Build .* sparse=False\.$",
    ):
        kind(table.parameters()).step()
    wave = nn.Parameter(torch.ones(1, dtype=torch.complex64))
    wave.grad = torch.ones_like(wave)
    with pytest.raises(ValueError, match=r"of torch\.complex64"):
        kind([wave]).step()


def test_an_optimizer_must_say_how_a_parameter_moves():
    with pytest.raises(NotImplementedError):
        Elementwise([number(1.0, 1.0)], {"lr": 0.1, "eps": 0.0, "weight_decay": 0.0}).step()


def test_all_are_public():
    assert {kind.__name__ for kind in KINDS} <= set(optimizers.__all__)
