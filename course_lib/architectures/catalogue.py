"""Every network of the library by its builder's name, with the numbers of its paper."""

from difflib import get_close_matches

from torch import nn

from course_lib.architectures.catalogue_classic import CLASSIC
from course_lib.architectures.catalogue_residual import RESIDUAL
from course_lib.architectures.network import Network

NETWORKS: dict[str, Network] = {network.name: network for network in (*CLASSIC, *RESIDUAL)}


def find_network(name: str) -> Network:
    """The catalogue's entry; an unknown name raises ValueError, which names the nearest ones."""
    if name not in NETWORKS:
        near = get_close_matches(name, NETWORKS, n=4, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "`course models` lists them."
        raise ValueError(f"There is no network '{name}'; {hint}")
    return NETWORKS[name]


def build(name: str) -> nn.Module:
    """The network of that name as its paper has it, with fresh weights."""
    return find_network(name).build()
