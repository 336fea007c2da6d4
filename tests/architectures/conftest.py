"""The comparison with torchvision, and large networks with numbers in them."""

import pytest
import torch
from torch import nn


def _torchvisions(name, num_classes):
    """torchvision's network with weights, scales, shifts and statistics that all differ.

    Built without the weights it would draw, which takes longer than all the rest.
    """
    from torchvision import models

    with torch.device("meta"):
        model = models.get_model(name, num_classes=num_classes)
    model.to_empty(device="cpu")
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, std=0.1)
            nn.init.normal_(layer.running_mean, std=0.1)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
            layer.num_batches_tracked.zero_()
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.normal_(layer.bias)
    return model


def _close(ours, theirs):
    """Equal to 1e-5 of the largest number in it."""
    atol = 1e-5 * theirs.abs().max().item()
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=atol)


def _equals_torchvision(builder, images, num_classes=7):
    """Outputs, gradients and running statistics of `builder` with torchvision's weights.

    The parameters of both come in one order, which their shapes confirm. The upstream gradient
    is random.
    """
    theirs = _torchvisions(builder.__name__, num_classes)
    ours = builder(num_classes=num_classes, weights=theirs.state_dict())
    with torch.no_grad():
        _close(ours.eval()(images), theirs.eval()(images))
    leaves = images.clone().requires_grad_(), images.clone().requires_grad_()
    outputs = ours.train()(leaves[0]), theirs.train()(leaves[1])
    _close(*outputs)
    upstream = torch.randn_like(outputs[0])
    for output in outputs:
        output.backward(upstream)
    _close(leaves[0].grad, leaves[1].grad)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert mine.shape == other.shape
        _close(mine.grad, other.grad)
    for mine, other in zip(ours.buffers(), theirs.buffers(), strict=True):
        _close(mine.double(), other.double())


@pytest.fixture(scope="session")
def equals_torchvision():
    return _equals_torchvision


def _filled(builder, *arguments, **options):
    """A large network, quickly: without the first weights it would draw.

    Its numbers keep the size of a rectified signal, so that a wrong layer shows in the scores.
    """
    with torch.device("meta"):
        model = builder(*arguments, **options)
    model.to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                nn.init.kaiming_uniform_(parameter)
            else:
                parameter.uniform_(0.1, 1)
    return model.eval()


@pytest.fixture(scope="session")
def filled():
    return _filled
