"""How much memory a network needs to learn from one batch, in bytes, measured."""

import copy
import weakref
from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from course_lib.inspection.one_pass import left_as_it_was, run, zeros_for
from course_lib.inspection.running_layer import named_layers, running_layers
from course_lib.inspection.tables import as_html, as_text

HEADINGS = ("layer", "kind", "parameters", "kept for the backward")


@dataclass(frozen=True)
class LayerMemory:
    """The bytes of one module's own parameters, and of what its calls kept for the backward."""

    name: str
    kind: str
    parameters: int
    activations: int


@dataclass(frozen=True)
class Memory:
    """Bytes. `activations` grow with the batch, the others do not."""

    layers: tuple[LayerMemory, ...]
    parameters: int
    gradients: int
    optimizer_state: int
    activations: int

    @property
    def total(self) -> int:
        return self.parameters + self.gradients + self.optimizer_state + self.activations

    def __repr__(self) -> str:
        return as_text(HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows())

    def _rows(self):
        rows = [(la.name, la.kind, la.parameters, la.activations) for la in self.layers]
        rows.append(("together", "", self.parameters, self.activations))
        if self.optimizer_state:
            rows.append(("", "optimizer state", self.optimizer_state, 0))
        return [*rows, ("", "gradients", self.gradients, 0), ("", "all", self.total, 0)]


def memory(
    model: nn.Module, input_shape: tuple[int, ...], optimizer: torch.optim.Optimizer | None = None
) -> Memory:
    """Measure one training step on a batch of `input_shape`, (n, channels, height, width).

    What the backward needs of the forward is noted as autograd keeps it, each piece of memory
    once, at the layer that keeps it first: the images with the first convolution, the winners
    of a max pooling as the 8-byte numbers they are. The optimizer's state is what `optimizer`
    holds after a step, measured on a copy. Not counted: the network's output, what the loss
    keeps, buffers, and what layers need only while they run. A model that is frozen in part
    keeps less. The model may be on the meta device, and is left as it was.
    """
    kept, own = _kept_activations(model, input_shape), _own_parameters(model)
    layers = tuple(
        LayerMemory(name, type(module).__name__, own[name], kept[name])
        for name, module in named_layers(model).items()
        if own[name] or kept[name]
    )
    return Memory(
        layers=layers,
        parameters=own.total(),
        gradients=sum(p.nbytes for p in model.parameters() if p.requires_grad),
        optimizer_state=0 if optimizer is None else _state_after_a_step(optimizer),
        activations=kept.total(),
    )


def _own_parameters(model: nn.Module) -> Counter[str]:
    """The bytes of each module's own parameters; a shared one counts where it is met first."""
    own, seen = Counter(), set()
    for name, module in named_layers(model).items():
        for parameter in module.parameters(recurse=False):
            if id(parameter) not in seen:
                own[name] += parameter.nbytes
                seen.add(id(parameter))
    return own


class _Kept:
    """Autograd holds this in place of a saved tensor, and drops it with the graph around it."""

    def __init__(self, tensor: Tensor, layer: str):
        self.storage, self.layer = tensor.untyped_storage(), layer


def _kept_activations(model: nn.Module, input_shape: tuple[int, ...]) -> Counter[str]:
    """The bytes that the graph of one forward pass holds once the pass is over, by layer."""
    notes: list[weakref.ref[_Kept]] = []
    with left_as_it_was(model, training=True), running_layers(model) as running:

        def pack(tensor: Tensor) -> _Kept:
            kept = _Kept(tensor, running.innermost)
            notes.append(weakref.ref(kept))
            return kept

        with torch.enable_grad(), saved_tensors_hooks(pack, lambda kept: kept):
            output = run(model, zeros_for(model, input_shape))
    still_kept = [note() for note in notes]
    # Parameters and buffers are saved too, but they are there anyway.
    counted = {id(tensor.untyped_storage()) for tensor in (*model.parameters(), *model.buffers())}
    found = Counter()
    for kept in filter(None, still_kept):
        if id(kept.storage) not in counted:
            counted.add(id(kept.storage))
            found[kept.layer] += kept.storage.nbytes()
    del output  # the graph lived as long as this did
    return found


def _state_after_a_step(optimizer: torch.optim.Optimizer) -> int:
    """The bytes of all tensors in the state; the copy brings copies of the parameters along."""
    copied = copy.deepcopy(optimizer)
    for group in copied.param_groups:
        for parameter in group["params"]:
            if parameter.requires_grad:
                parameter.grad = torch.zeros_like(parameter)
    copied.step()
    values = (value for state in copied.state.values() for value in state.values())
    return sum(value.nbytes for value in values if isinstance(value, Tensor))
