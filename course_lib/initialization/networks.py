"""One scheme for all layers of a network."""

from collections.abc import Callable

from torch import Tensor, nn

from course_lib.initialization.fixed_scale import constant_

Kinds = type[nn.Module] | tuple[type[nn.Module], ...]


def initialize(
    model: nn.Module,
    scheme: Callable[..., Tensor],
    bias: float = 0.0,
    kinds: Kinds = (nn.Conv2d, nn.Linear),
    **options,
) -> nn.Module:
    """Call `scheme(weight, **options)` on each layer of these kinds, in their order.

        initialize(model, kaiming_normal_, nonlinearity="relu", generator=generator)
        initialize(model, normal_, std=0.01)

    Biases of these layers become the number `bias`; other layers are left alone. Returns `model`.

    Raises ValueError where the model has no such layer.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, kinds)]
    if not layers:
        raise ValueError(f"model, a {type(model).__name__}, has no layer of the kinds {kinds}.")
    for layer in layers:
        scheme(layer.weight, **options)
        if layer.bias is not None:
            constant_(layer.bias, bias)
    return model
