"""Follow one pass through a network, and know for every tensor which pixels it sees."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.inspection.field_rules import (
    Field,
    field_of_output,
    meeting,
    through_windows,
)
from course_lib.inspection.fields import Axis, NoRuleError

aten = torch.ops.aten
# What they make has the shape of their argument, and nothing of what is in it.
MAKING_NEW = {aten.zeros_like, aten.ones_like, aten.empty_like, aten.full_like}
MAKING_NEW |= {aten.new_zeros, aten.new_ones, aten.new_empty, aten.new_full}
WINDOWED = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)


class FieldFollower(TorchDispatchMode):
    """Gives every tensor that comes from the images its field, as it is computed."""

    def __init__(self, images: Tensor):
        super().__init__()
        # The tensors are kept with their fields: a freed one would hand its id to another.
        self.seeing: dict[int, tuple[Tensor, Field | NoRuleError]] = {}
        # What was written into, whole or in part, by the id of its storage.
        self.written: dict[int, tuple[Tensor, Field | NoRuleError]] = {}
        self.found: list[tuple[str, str, Field | NoRuleError]] = []
        self.give(images, (Axis(), Axis()))

    def give(self, tensor: Tensor, field: Field | NoRuleError) -> None:
        self.seeing[id(tensor)] = (tensor, field)

    def field_of(self, tensor: Tensor) -> Field | NoRuleError | None:
        """None for what does not come from the images."""
        own = self.seeing.get(id(tensor)) or self.written.get(id(tensor.untyped_storage()))
        return own and own[1]

    def __torch_dispatch__(self, operation, _types, arguments=(), options=None):
        inputs = [(t, self.field_of(t)) for t in _tensors(arguments)]
        seeing = [(tensor, field) for tensor, field in inputs if field is not None]
        outputs = operation(*arguments, **(options or {}))
        if seeing and operation.overloadpacket not in MAKING_NEW:
            tensors = list(_tensors([outputs]))
            for output in tensors:  # of several all see what the first does
                self.give(output, _field_or_reason(operation, arguments, seeing, tensors[0]))
            if operation._schema.is_mutable and tensors:
                self.write(tensors[0])
        return outputs

    def write(self, tensor: Tensor) -> None:
        """Other views of what was written into see what was written, beside what was there."""
        field, key = self.seeing[id(tensor)][1], id(tensor.untyped_storage())
        before = self.written.get(key, (tensor, field))[1]
        reasons = [f for f in (field, before) if isinstance(f, NoRuleError)]
        if not _has_whole_maps(tensor):
            reasons.append(NoRuleError("no rule for writing into parts of maps"))
        both = [(tensor, before), (tensor, field)]
        self.written[key] = (tensor, reasons[0] if reasons else meeting(both, tensor))

    def note(self, name: str, module: nn.Module, inputs: tuple, outputs) -> None:
        """Write down the field of a layer that has finished, if it sees the images at all.

        A convolution or a pooling that was computed some other way than torch's has no rule;
        it gets the field that its kernel, stride, padding and dilation give.
        """
        output = next(_tensors([outputs]), None)
        field = None if output is None else self.field_of(output)
        if field is None:
            return
        if isinstance(field, NoRuleError) and isinstance(module, WINDOWED):
            field = _field_of_windows(module, self.field_of(inputs[0]))
            self.give(output, field)
        self.found.append((name, type(module).__name__, field))


@contextmanager
def noting_layers(model: nn.Module, follower: FieldFollower) -> Iterator[None]:
    """Inside, each module but the model itself is noted when it has finished."""

    def hook_of(name: str):
        return lambda module, inputs, outputs: follower.note(name, module, inputs, outputs)

    hooks = [
        module.register_forward_hook(hook_of(name))
        for name, module in model.named_modules()
        if module is not model or not any(model.children())
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _field_or_reason(operation, arguments: tuple, seeing, output: Tensor) -> Field | NoRuleError:
    """No rule is no error yet: perhaps no layer that is asked for depends on it."""
    reasons = [field for _, field in seeing if isinstance(field, NoRuleError)]
    if reasons:
        return reasons[0]
    try:
        return field_of_output(operation, arguments, seeing, output)
    except NoRuleError as reason:
        return reason


def _has_whole_maps(tensor: Tensor) -> bool:
    """Whether a view leaves out no rows or columns; channels and images it may leave out."""
    whole = (tensor.shape[-2:].numel(), tensor.shape[-1], 1)
    return tensor.ndim < 3 or tensor.stride()[-3:] == whole


def _field_of_windows(module: nn.Module, field: Field | NoRuleError) -> Field | NoRuleError:
    if isinstance(field, NoRuleError):
        return field
    padding, dilation = module.padding, getattr(module, "dilation", 1)
    if isinstance(padding, str):
        reach = zip(dilation, module.kernel_size, strict=True)
        padding = [d * (k - 1) // 2 * (padding == "same") for d, k in reach]
    return through_windows(field, module.kernel_size, module.stride, padding, dilation)


def _tensors(values) -> Iterator[Tensor]:
    """The tensors among the arguments or outputs of an operation, out of lists too."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
