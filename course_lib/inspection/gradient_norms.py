"""How strong the gradient is that arrives in each layer: where it vanishes or explodes."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.inspection.tables import as_html, as_text

HEADINGS = ("layer", "kind", "norm of the gradient", "norm of the weights", "ratio")


@dataclass(frozen=True)
class LayerGradient:
    """Euclidean norms over all parameters that one module owns and that have a gradient."""

    name: str
    kind: str
    norm: float
    weight_norm: float

    @property
    def ratio(self) -> float:
        """What plain gradient descent changes, as a part of the layer, at a rate of 1."""
        return self.norm / self.weight_norm if self.weight_norm else float("inf")


class GradientNorms(tuple[LayerGradient, ...]):
    """The layers in the order in which the model lists them; shows itself as a table."""

    def __repr__(self) -> str:
        return as_text(HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows())

    def _rows(self) -> list[tuple]:
        return [
            (layer.name, layer.kind, *map(_short, (layer.norm, layer.weight_norm, layer.ratio)))
            for layer in self
        ]


def gradient_norms(model: nn.Module) -> GradientNorms:
    """Read the gradients that a backward has left in the parameters, layer by layer.

    Layers of different sizes are compared by their `ratio`. Layers without a gradient (frozen,
    or not used) are left out; a shared parameter counts where it is met first. Raises
    ValueError where no parameter has a gradient.
    """
    found, seen = [], set()
    for name, module in model.named_modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen.update(map(id, own))
        own = [p for p in own if p.grad is not None]
        if own:
            kind = type(module).__name__
            gradients = [p.grad for p in own]
            found.append(LayerGradient(name or kind, kind, _norm(gradients), _norm(own)))
    if not found:
        raise ValueError("model has no gradients; call loss.backward() first.")
    return GradientNorms(found)


def _norm(tensors: list[Tensor]) -> float:
    return torch.cat([t.detach().flatten().double() for t in tensors]).norm().item()


def _short(value: float) -> float:
    return float(f"{value:.3g}")
