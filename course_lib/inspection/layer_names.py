"""Layers by the names that `named_modules` gives them."""

from collections.abc import Iterable
from difflib import get_close_matches

from torch import nn

SHOWN = 8


def find_layer(model: nn.Module, name: str) -> nn.Module:
    """The module of that name; raises ValueError that names near ones where there is none."""
    modules = {key: module for key, module in model.named_modules() if key}
    if name not in modules:
        raise unknown_layer(name, modules)
    return modules[name]


def unknown_layer(name: str, names: Iterable[str]) -> ValueError:
    """The error for a layer that is not there, with those that it may have meant."""
    names = list(dict.fromkeys(names))
    near = get_close_matches(name, names, n=SHOWN) or names[:SHOWN]
    if not near:
        return ValueError(f"layer '{name}' is unknown: the model has no layers.")
    return ValueError(f"layer '{name}' is unknown; there is, for example: {', '.join(near)}.")
