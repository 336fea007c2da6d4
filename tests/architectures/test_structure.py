"""The structure of every network in the catalogue, frozen in structures/NAME.json.

Oracle: the paper's table, against which a person reads each file once. A new network gets its
file by

    python tests/architectures/test_structure.py NAME

which writes down what the network is, right or wrong. So read it then: the layers in their
order, the shape each gives, the parameters of each. Only then does the file say what must stay.

Large images run on the meta device, which knows shapes and computes nothing. Small ones are
computed: for a thousand layers that takes less time.
"""

import json
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from course_lib.architectures.catalogue import NETWORKS, find_network

FOLDER = Path(__file__).parent / "structures"
CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


def structure(name: str) -> list[dict]:
    """Each block in the order it runs: its name and kind, the shape it gives, its parameters.

    Containers are opened, other modules are one row: a whole stage says too little, and each
    convolution of 152 layers too much. The network trains, so that auxiliary heads run too.
    """
    network, rows = find_network(name), []
    with torch.device("meta" if network.input_shape[-1] > 32 else "cpu"):
        model, images = network.build().train(), torch.zeros(1, *network.input_shape)
    for path, block in blocks(model):
        block.register_forward_hook(noting(path, rows))
    with torch.no_grad():
        model(images)
    # A layer that no call reaches, or with parameters and called twice, would be noticed here.
    total = sum(parameter.numel() for parameter in model.parameters())
    assert sum(row["parameters"] for row in rows) == total
    return rows


def blocks(module: nn.Module, path: str = ""):
    for name, child in module.named_children():
        if isinstance(child, CONTAINERS):
            yield from blocks(child, f"{path}{name}.")
        else:
            yield f"{path}{name}", child


def noting(path: str, rows: list[dict]):
    def hook(block, inputs, output):
        kind, shape = type(block).__name__, list(output.shape[1:])
        num = sum(parameter.numel() for parameter in block.parameters())
        rows.append({"name": path, "kind": kind, "output": shape, "parameters": num})

    return hook


def as_json(rows: list[dict]) -> str:
    return "[\n" + ",\n".join(f" {json.dumps(row)}" for row in rows) + "\n]\n"


@pytest.mark.parametrize("name", NETWORKS)
def test_layers_shapes_and_counts_are_those_on_file(name):
    path = FOLDER / f"{name}.json"
    assert path.exists(), f"python tests/architectures/test_structure.py {name}, then read it"
    assert structure(name) == json.loads(path.read_text())


def test_no_file_is_left_of_a_network_that_is_gone():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(NETWORKS)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        (FOLDER / f"{name}.json").write_text(as_json(structure(name)))
        print(f"{name}.json: now read it against {find_network(name).paper}")
