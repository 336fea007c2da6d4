"""Recognize max(0, x) among the operations of a pass, however the network writes it."""

import torch
from torch import Tensor

aten = torch.ops.aten
RELU = {aten.relu, aten.relu_}
CLAMP = {aten.clamp, aten.clamp_, aten.clamp_min, aten.clamp_min_}


def rectified(operation, arguments: tuple) -> Tensor | None:
    """What an aten operation is about to rectify; None for any other operation."""
    packet = operation.overloadpacket
    if packet in RELU:
        return arguments[0]
    if packet in CLAMP and len(arguments) == 2 and arguments[1] == 0:
        return arguments[0]
    return None
