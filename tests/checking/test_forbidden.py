"""What runs is seen at torch's dispatcher, by whatever name it was called."""

import pytest
import torch
import torch.nn.functional as F

from course_lib import layers
from course_lib.checking.calling import call

FAMILIES = ("convolution", "max_pooling", "autograd", "course_lib")
IMAGES = torch.randn(1, 2, 6, 6, dtype=torch.float64)
WEIGHT = torch.randn(3, 2, 3, 3, dtype=torch.float64)


def used(function, forbidden=FAMILIES):
    called = call(lambda x: function(x), {"x": IMAGES}, forbidden)
    assert called.error is None
    return called.forbidden_used


def loss_of(x):
    return (x * x).sum()


CONVOLUTIONS = {
    "functional": lambda x: F.conv2d(x, WEIGHT),
    "torch": lambda x: torch.conv2d(x, WEIGHT),
    "aten": lambda x: torch.ops.aten.convolution(
        x, WEIGHT, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1
    ),
    "module": lambda x: torch.nn.Conv2d(2, 3, 3).double()(x).detach(),
    "transposed": lambda x: F.conv_transpose2d(F.pad(x, (1, 1))[:, [0, 1, 0]], WEIGHT),
    "gradient": lambda x: torch.nn.grad.conv2d_input(x.shape, WEIGHT, x[:, [0, 1, 0], :4, :4]),
    "one dimension": lambda x: F.conv1d(x[:, :, 0], WEIGHT[..., 0]),
    "three dimensions": lambda x: F.conv3d(x[:, :, None], WEIGHT[:, :, None]),
    "under no_grad": lambda x: torch.no_grad()(F.conv2d)(x, WEIGHT),
    "getattr": lambda x: getattr(F, "conv" + "2d")(x, WEIGHT),
    "half precision": lambda x: F.conv2d(x.float(), WEIGHT.float()),
}
POOLINGS = {
    "functional": lambda x: F.max_pool2d(x, 2),
    "with indices": lambda x: F.max_pool2d(x, 2, return_indices=True)[0],
    "module": lambda x: torch.nn.MaxPool2d(2)(x),
    "one dimension": lambda x: F.max_pool1d(x[0], 2),
    "adaptive": lambda x: F.adaptive_max_pool2d(x, 2),
    "three dimensions": lambda x: F.max_pool3d(x, 2),
}
DIFFERENTIATIONS = {
    "backward": lambda x: (y := x.requires_grad_(), loss_of(y).backward(), y.grad)[2],
    "grad": lambda x: torch.autograd.grad(loss_of(x.requires_grad_()), x)[0],
    "func.grad": lambda x: torch.func.grad(loss_of)(x),
    "vjp": lambda x: torch.func.vjp(loss_of, x)[1](torch.tensor(1.0).double())[0],
    "jacobian": lambda x: torch.autograd.functional.jacobian(loss_of, x),
    "jacrev": lambda x: torch.func.jacrev(loss_of)(x),
    "jvp": lambda x: torch.func.jvp(loss_of, (x,), (x,))[0],
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_ready_made_convolutions_are_noticed(name):
    assert used(CONVOLUTIONS[name], FAMILIES[:1]) == ("convolution",)


@pytest.mark.parametrize("name", POOLINGS)
def test_ready_made_pooling_is_noticed(name):
    assert used(POOLINGS[name]) == ("max_pooling",)


@pytest.mark.filterwarnings("ignore:.torch.jit")  # torch warns of itself in jvp
@pytest.mark.parametrize("name", DIFFERENTIATIONS)
def test_automatic_differentiation_is_noticed(name):
    assert used(DIFFERENTIATIONS[name]) == ("autograd",)


def test_the_courses_own_layers_are_noticed():
    assert used(lambda x: layers.conv2d(x, WEIGHT)) == ("course_lib",)


def test_an_operator_may_be_named_by_itself():
    assert used(lambda x: x.sort()[0], ("aten::sort",)) == ("aten::sort",)


def test_everything_else_is_allowed():
    def by_other_means(x):
        columns = F.unfold(F.pad(x, (1, 1)), 3)
        products = torch.einsum("okl,nkp->nop", WEIGHT.flatten(1)[..., None], columns)
        windows = x.requires_grad_().unfold(2, 2, 2).unfold(3, 2, 2).amax((4, 5))
        return F.fold(columns, (6, 8), 3).mean() + products.sum() + windows.detach().sum()

    assert used(by_other_means) == ()


def test_forbidding_nothing_watches_nothing():
    assert used(CONVOLUTIONS["functional"], ()) == ()


def test_a_use_before_an_error_counts():
    def falls(x):
        F.conv2d(x, WEIGHT)
        raise ValueError

    called = call(falls, {"x": IMAGES}, FAMILIES)
    assert called.error is not None
    assert called.forbidden_used == ("convolution",)
