"""Hold layers still while others learn."""

from weakref import WeakKeyDictionary

from torch import nn

# What keeps a frozen layer in evaluation mode, so that it can be taken off again.
_HOLDS: WeakKeyDictionary = WeakKeyDictionary()


def freeze(module: nn.Module) -> None:
    """Hold everything in `module` still: no gradients, and evaluation mode even while training.

    Without the second, batch normalization would go on moving its running averages, and dropout
    would go on dropping, in layers that are meant to be what they were.
    """
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    for each in module.modules():
        if each not in _HOLDS:
            _HOLDS[each] = each.register_forward_pre_hook(_stay_in_evaluation)


def thaw(module: nn.Module) -> None:
    """Let everything in `module` learn again: the opposite of `freeze`."""
    for parameter in module.parameters():
        parameter.requires_grad_(True)
    for each in module.modules():
        hold = _HOLDS.pop(each, None)
        if hold is not None:
            hold.remove()


def _stay_in_evaluation(module: nn.Module, _inputs) -> None:
    module.training = False
