"""Hold layers still while others learn."""

from torch import nn


def freeze(module: nn.Module) -> None:
    """Hold everything in `module` still: no gradients, and evaluation mode even while training.

    Without the second, batch normalization would go on moving its running averages, and dropout
    would go on dropping, in layers that are meant to be what they were.
    """
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    for each in module.modules():
        _let_go(each)  # twice is as good as once
        each.register_forward_pre_hook(_stay_in_evaluation)


def thaw(module: nn.Module) -> None:
    """Let everything in `module` learn again: the opposite of `freeze`."""
    for parameter in module.parameters():
        parameter.requires_grad_(True)
    for each in module.modules():
        _let_go(each)


def _let_go(module: nn.Module) -> None:
    # Looked for in the module itself: a copy has the hook, and no handle to remove it by.
    hooks = module._forward_pre_hooks
    for key in [key for key, hook in hooks.items() if hook is _stay_in_evaluation]:
        del hooks[key]


def _stay_in_evaluation(module: nn.Module, _inputs) -> None:
    module.training = False
