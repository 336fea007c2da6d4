"""The saw of `sawtooth` from a single hidden layer, which needs a node for each straight piece.

The function is the same on the line from 0 to 1. Each of its 2^n - 1 bends needs a node of its
own, and one more gives the slope with which it begins: with a bend each, nodes can only change
a slope by twice 2^n, and so never make the first slope 2^n themselves.
Source: Telgarsky 2016, arXiv:1602.04485, section 2 (pieces of shallow networks).
"""

import torch
from torch import nn


def shallow_sawtooth(num_tents: int) -> nn.Sequential:
    """What `sawtooth(num_tents)` computes from 0 to 1, with 2^num_tents rectified nodes.

    Takes numbers of shape (n, 1); float32 holds it exactly up to 10 tents.
    """
    if num_tents < 1:
        raise ValueError(f"num_tents is {num_tents}; a saw needs at least one.")
    num_pieces = 2**num_tents
    bends = torch.arange(num_pieces) / num_pieces
    changes = 2.0 * num_pieces * (-1.0) ** torch.arange(num_pieces)
    changes[0] = num_pieces  # from level to the first slope, all others from up to down or back
    model = nn.Sequential(nn.Linear(1, num_pieces), nn.ReLU(), nn.Linear(num_pieces, 1))
    model[0].weight.data.fill_(1.0)
    model[0].bias.data = -bends
    model[2].weight.data = changes[None]
    model[2].bias.data.zero_()
    return model
