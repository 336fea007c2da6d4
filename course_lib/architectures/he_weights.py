"""The first weights of networks with rectified units.

Paper: He, Zhang, Ren & Sun, "Delving deep into rectifiers", 2015, arXiv:1502.01852, section 2.2.
Differs from the paper: nowhere. Of its two deviations, either of which will do, we take
equation 10, which counts the inputs of a unit, as the lecture colorado_2025 does. torchvision's
residual networks take equation 14, which counts the outputs.
"""

import torch
from torch import nn


def draw_he_weights(model: nn.Module, generator: torch.Generator | None = None) -> None:
    """Draw all weights anew from N(0, 2 / fan-in) and set the biases to 0.

    A rectified unit passes on half of its variance; the 2 makes up for it, layer after layer.
    Batch normalizations stay as torch makes them: scale 1, shift 0.
    """
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
