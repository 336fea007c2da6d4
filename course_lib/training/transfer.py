"""Use what a network learned elsewhere: keep its features, and learn the rest anew.

The lectures' recipe: take a trained network, replace its last layer, freeze the others, train the
new one for a few epochs; then thaw the deepest layers, or all, and go on with a smaller rate.
Source: Yosinski, Clune, Bengio & Lipson 2014, "How transferable are features in deep neural
networks?", arXiv:1411.1792; Howard & Ruder 2018, arXiv:1801.06146, section 3.2 (smaller rates for
lower layers).
"""

from torch import nn

from course_lib.training.freezing import freeze, thaw


def head(model: nn.Module) -> tuple[str, nn.Linear]:
    """The name and the module of the last fully connected layer, which gives the scores.

    Raises ValueError for a network that has none.
    """
    found = [(name, m) for name, m in model.named_modules() if isinstance(m, nn.Linear)]
    if not found:
        kinds = ", ".join(sorted({type(module).__name__ for module in model.modules()}))
        raise ValueError(f"model has no nn.Linear to be its head; it is made of {kinds}.")
    return found[-1]


def replace_head(model: nn.Module, num_classes: int) -> nn.Linear:
    """Put a new last layer for `num_classes` classes in the old one's place; returns it."""
    if num_classes < 1:
        raise ValueError(f"num_classes is {num_classes}; a classifier needs at least one.")
    name, old = head(model)
    if name == "":
        raise ValueError("model is a single nn.Linear; wrap it, nn.Sequential(model).")
    like = {"device": old.weight.device, "dtype": old.weight.dtype}
    new = nn.Linear(old.in_features, num_classes, bias=old.bias is not None, **like)
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, new)
    return new


def blocks(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """The parts of a network that have parameters, in the order they stand in it.

    They are its children; where one child holds all parameters, or is a Sequential, its children.
    """
    found = []
    for name, child in model.named_children():
        if not any(True for _ in child.parameters()):
            continue
        if isinstance(child, nn.Sequential):
            found += [(f"{name}.{inner}", block) for inner, block in blocks(child)]
        else:
            found.append((name, child))
    if len(found) == 1 and len(inside := blocks(found[0][1])) > 1:
        return [(f"{found[0][0]}.{name}", block) for name, block in inside]
    return found


def thaw_deepest(model: nn.Module, num_blocks: int) -> list[str]:
    """Freeze the network except its last `num_blocks` blocks; the names of those.

    Raises ValueError for a number that the network does not have.
    """
    found = blocks(model)
    if not 0 <= num_blocks <= len(found):
        names = ", ".join(name for name, _ in found)
        raise ValueError(
            f"num_blocks is {num_blocks}, but the network has {len(found)} blocks: {names}."
        )
    freeze(model)
    deepest = found[len(found) - num_blocks :]
    for _, block in deepest:
        thaw(block)
    return [name for name, _ in deepest]


def rates_by_depth(model: nn.Module, lr: float, factor: float) -> list[dict]:
    """Parameter groups for an optimizer: `lr` for the last block, times `factor` for each below.

    Edges and colors are the same everywhere, so the first layers should change least. Frozen
    parameters are left out; those that lie in no block have the smallest rate.

    Raises ValueError where nothing is left to train.
    """
    if not (lr > 0 and 0 < factor <= 1):
        raise ValueError(f"lr is {lr} and factor {factor}; lr > 0 and 0 < factor <= 1 are needed.")
    groups, seen = [], set()
    found = blocks(model)
    for above, (name, block) in enumerate(reversed(found)):
        groups.append(_group(name, block, lr * factor**above, seen))
    groups.append(_group("other", model, lr * factor ** max(0, len(found) - 1), seen))
    groups = [group for group in groups if group["params"]]
    if not groups:
        raise ValueError("Every parameter of model is frozen; thaw some of it first.")
    return groups


def _group(name: str, module: nn.Module, lr: float, seen: set[int]) -> dict:
    fresh = [p for p in module.parameters() if p.requires_grad and id(p) not in seen]
    seen.update(map(id, fresh))
    return {"params": fresh, "lr": lr, "name": name}
