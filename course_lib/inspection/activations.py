"""What the layers of a network make of images."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.inspection.layer_names import find_layer
from course_lib.inspection.one_pass import left_as_it_was, run, to_the_model


def activations(
    model: nn.Module, images: Float[Tensor, "n ..."], layers: Iterable[str]
) -> dict[str, Tensor]:
    """Send images through, in evaluation mode, and copy what each of `layers` gives.

    Names are those of `model.named_modules()`; of a layer called more than once the last
    output is kept, of several outputs the first. The images go to the model's device and
    dtype. Raises ValueError for an unknown layer, one that is not called, and images of a
    size that does not fit.
    """
    with left_as_it_was(model), torch.no_grad(), _copying_outputs(model, layers) as found:
        run(model, to_the_model(model, images))
    for name, output in found.items():
        if output is None:
            raise ValueError(f"layer '{name}' is not called in evaluation mode.")
    return found


def activation_maps(
    model: nn.Module, image: Float[Tensor, "channels_in height width"], layer: str
) -> Float[Tensor, "channels h w"]:
    """The maps that one layer makes of one image, one for each filter, ready to be drawn.

    Raises ValueError where the layer gives no maps, such as a fully connected one.
    """
    output = activations(model, image[None], [layer])[layer]
    if output.ndim != 4:
        raise ValueError(
            f"layer '{layer}' gives no maps: its output has the shape {tuple(output.shape)}."
        )
    return output[0]


@contextmanager
def _copying_outputs(model: nn.Module, layers: Iterable[str]) -> Iterator[dict[str, Tensor | None]]:
    found: dict[str, Tensor | None] = dict.fromkeys(layers)
    modules = {name: find_layer(model, name) for name in found}

    def hook_of(name: str):
        def copy(_module, _inputs, output) -> None:
            first = output if isinstance(output, Tensor) else next(iter(output))
            # A copy, because what comes next may compute in place.
            found[name] = first.clone()

        return copy

    hooks = [module.register_forward_hook(hook_of(name)) for name, module in modules.items()]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()
