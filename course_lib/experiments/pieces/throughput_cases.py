"""What `throughput` times: a network of ours, torchvision's of that name, and what they do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib import architectures

# Same layers, same weights; torchvision's GoogLeNet has batch normalization, ours the paper's.
SAME = {
    "alexnet": architectures.alexnet_one_tower,
    "vgg16": architectures.vgg16,
    "resnet18": architectures.resnet18,
    "resnet50": architectures.resnet50,
    "densenet121": architectures.densenet121,
}
NETWORKS = (*SAME, "googlenet")


@dataclass(frozen=True)
class Pair:
    """Two networks for one task. With `are_same` they hold equal weights and do equal sums."""

    name: str
    ours: nn.Module
    theirs: nn.Module
    are_same: bool

    def share_weights(self) -> None:
        """Let the same weights lie in the same memory, so that both find them equally fast."""
        if self.are_same:
            for mine, weights in zip(self.ours.parameters(), self.theirs.parameters(), strict=True):
                mine.data = weights.data


@dataclass(frozen=True)
class Precision:
    """How both sides compute: in float32, or with products in half precision."""

    name: str
    dtype: torch.dtype
    memory_format: torch.memory_format


FLOAT32 = Precision("float32", torch.float32, torch.contiguous_format)
BFLOAT16 = Precision("bfloat16, channels last", torch.bfloat16, torch.channels_last)


def make_pair(name: str, device: str) -> Pair:
    """Build torchvision's network, and ours with its weights where the two are the same.

    GoogLeNet comes without auxiliary heads on either side.
    """
    from torchvision import models

    if name == "googlenet":
        theirs = models.googlenet(weights=None, aux_logits=False, init_weights=False)
        ours = architectures.googlenet(auxiliary_heads=False)
    else:
        theirs = models.get_model(name, weights=None)
        ours = SAME[name](weights=theirs.state_dict())
    return Pair(name, ours.to(device), theirs.to(device), name in SAME)


def check_equal(pair: Pair, images: Tensor) -> None:
    """Two networks that are called the same and answer differently are not timed."""
    if not pair.are_same:
        return
    with torch.inference_mode():
        ours, theirs = (network.eval()(images) for network in (pair.ours, pair.theirs))
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


def work(network: nn.Module, images: Tensor, task: str, precision: Precision) -> Callable[[], None]:
    """What is timed: answering a batch ("inference"), or learning from it ("training").

    A training step is forward, loss, backward, and SGD with momentum.
    """
    network = network.train(task == "training").to(memory_format=precision.memory_format)
    images = images.contiguous(memory_format=precision.memory_format)
    half = partial(torch.autocast, images.device.type, enabled=precision.dtype != torch.float32)
    if task == "inference":

        @torch.inference_mode()
        def answer() -> None:
            with half(dtype=torch.bfloat16):
                network(images)

        return answer
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-6, momentum=0.9)
    labels = torch.arange(len(images), device=images.device)

    def learn() -> None:
        with half(dtype=torch.bfloat16):
            loss = F.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return learn


def count_operations(run: Callable[[], None]) -> int:
    """Multiplications and additions of the convolutions and matrix products of one call."""
    # Imported here: it brings Triton.
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()


def count_bytes(run: Callable[[], None]) -> int:
    """Bytes read and written in one call, if every operation goes to the memory for its tensors.

    A cache saves some of this, so a share of the bandwidth may come out above 1.
    """
    with _Traffic() as traffic:
        run()
    return traffic.num_bytes


class _Traffic(TorchDispatchMode):
    """Sees every operation on tensors that is carried out, the backward's too."""

    def __init__(self):
        super().__init__()
        self.num_bytes = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        output = function(*args, **(kwargs or {}))
        # A view moves nothing, and neither does memory that is only asked for.
        if not (function.is_view or "empty" in function.name()):
            # `_foreach_add_` and its like return nothing; they write into what they were given.
            written = output if function._schema.returns else _written(function, args)
            tensors = torch.utils._pytree.tree_leaves((args, kwargs, written))
            self.num_bytes += sum(each.nbytes for each in tensors if isinstance(each, Tensor))
        return output


def _written(function: torch._ops.OpOverload, args: tuple) -> list:
    """The arguments that an operation declares to write into."""
    declared = zip(function._schema.arguments, args, strict=False)
    return [given for each, given in declared if each.alias_info and each.alias_info.is_write]
