"""The structure of each network, frozen in a JSON file beside this one.

Oracle: the paper, section II-B, which gives the size and the number of trainable parameters of
every layer of LeNet-5; for the modern one the sums written out below.
"""

import json
from pathlib import Path

import pytest
import torch

from course_lib.architectures import lenet5, lenet5_modern

HERE = Path(__file__).parent
NETWORKS = {"lenet5": (lenet5, (1, 32, 32)), "lenet5_modern": (lenet5_modern, (1, 28, 28))}


def structure(model, input_shape):
    """Each layer in the order it runs: its name, the shape of its output, its parameters."""
    layers = []

    def note(name):
        def hook(module, inputs, output):
            num = sum(parameter.numel() for parameter in module.parameters())
            layers.append({"name": name, "output": list(output.shape[1:]), "parameters": num})

        return hook

    for name, module in model.named_children():
        module.register_forward_hook(note(name))
    model(torch.zeros(2, *input_shape))
    return layers


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_shapes_and_counts_are_those_on_file(name):
    build, input_shape = NETWORKS[name]
    assert structure(build(), input_shape) == json.loads((HERE / f"{name}.json").read_text())


def test_lenet5_has_exactly_sixty_thousand_parameters():
    c1 = 6 * (5 * 5 + 1)
    s2 = 6 * 2
    c3 = 6 * (3 * 25 + 1) + 9 * (4 * 25 + 1) + (6 * 25 + 1)
    s4 = 16 * 2
    c5 = 120 * (16 * 25 + 1)
    f6 = 84 * (120 + 1)
    assert (c1, s2, c3, s4, c5, f6) == (156, 12, 1516, 32, 48120, 10164)
    trainable = sum(p.numel() for p in lenet5().parameters() if p.requires_grad)
    assert trainable == c1 + s2 + c3 + s4 + c5 + f6 == 60_000


def test_lenet5_modern_parameter_count_is_exact():
    c1, c3 = 6 * (25 + 1), 16 * (6 * 25 + 1)
    c5, f6, output = 120 * (16 * 25 + 1), 84 * (120 + 1), 10 * (84 + 1)
    trainable = sum(p.numel() for p in lenet5_modern().parameters() if p.requires_grad)
    assert trainable == c1 + c3 + c5 + f6 + output == 61_706
