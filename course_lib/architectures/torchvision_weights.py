"""Weights that torchvision publishes, loaded into the networks here that are the same."""

from collections.abc import Callable, Mapping

from torch import Tensor, nn

# Files of torchvision older than torch 0.4 lack this counter, which no output depends on.
COUNTER = "num_batches_tracked"
NAMED = 5  # so many names an error shows


def load_torchvision(
    model: nn.Module,
    weights: str | Mapping[str, Tensor],
    builder: str,
    rename: Mapping[str, str] | Callable[[str], str],
) -> None:
    """Fill `model` with the weights of torchvision's network `builder`.

    `weights` is "torchvision", which downloads torchvision's default weights of that network
    once, or a state dict of it. `rename` turns torchvision's names into those of `model`; a
    name that a mapping does not hold stays as it is. Raises ValueError where a name is unknown
    or missing or a shape differs, RuntimeError where the download fails; `model` is then as it
    was.
    """
    if isinstance(weights, str):
        weights = _download(weights, builder)
    if isinstance(rename, Mapping):
        renamed = {rename.get(name, name): value for name, value in weights.items()}
    else:
        renamed = {rename(name): value for name, value in weights.items()}
    _check(model, renamed, builder)
    model.load_state_dict(renamed)  # where the counter is missing, torch puts 0


def _download(weights: str, builder: str) -> Mapping[str, Tensor]:
    if weights != "torchvision":
        raise ValueError(
            f"weights is '{weights}'; give 'torchvision', a state dict of torchvision's "
            f"{builder}, or None."
        )
    from torchvision import models  # costs more than all of this library; few need it

    default = models.get_model_weights(builder).DEFAULT
    try:
        # Through torchvision's own builder: it knows the names its older files use.
        return models.get_model(builder, weights=default).state_dict()
    except OSError as error:
        raise RuntimeError(
            f"weights='torchvision': {default.url} cannot be fetched ({error}). Download it "
            "where there is a network and pass torch.load(file) as weights."
        ) from error


def _check(model: nn.Module, given: Mapping[str, Tensor], builder: str) -> None:
    wanted = model.state_dict()
    shapes = [
        f"{name} is {tuple(given[name].shape)} where the network has {tuple(value.shape)}"
        for name, value in wanted.items()
        if name in given and given[name].shape != value.shape
    ]
    missing = [name for name in wanted if name not in given and not name.endswith(COUNTER)]
    problems = {
        "missing": missing,
        "unknown": [name for name in given if name not in wanted],
        "of another shape": shapes,
    }
    found = [f"{what}: {_some(names)}" for what, names in problems.items() if names]
    if found:
        raise ValueError(
            f"weights do not fit {type(model).__name__}, which takes those of torchvision's "
            f"{builder}. {'; '.join(found)}."
        )


def _some(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
