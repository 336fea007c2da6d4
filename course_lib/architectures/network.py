"""What the catalogue says about one network, and what its paper says."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

SCALES = {"": 1, "K": 1e3, "M": 1e6, "million": 1e6, "G": 1e9, "billion": 1e9}
NUMBER = re.compile(
    r"(?P<value>[\d,]+(\.\d+)?)( (x|×) 10\^(?P<power>\d+))?( ?(?P<scale>[a-zA-Z]+))?"
)


@dataclass(frozen=True)
class Network:
    """One row: how to build it, what goes in, and the paper's own numbers beside ours.

    `depth` is counted as the paper counts it: layers with weights on the longest path.
    `paper_parameters` and `paper_operations` are the paper's words, a number first: "60 M",
    "3.6 x 10^9 multiply-adds". None where the paper gives none. `remark` says, in a sentence,
    why the two sides differ, where they do.
    """

    name: str
    build: Callable[[], nn.Module]
    input_shape: tuple[int, int, int]
    depth: int
    paper: str
    paper_parameters: str | None = None
    paper_operations: str | None = None
    remark: str | None = None


def number_in(words: str) -> float:
    """The number that a paper's words begin with: "138 M" is 138e6, "60,000" is 60000."""
    found = NUMBER.match(words)
    if not found:
        raise ValueError(f"words is '{words}'; begin with a number, such as 60,000 or 3.6 x 10^9.")
    scale = SCALES.get(found["scale"] or "", 1)
    return float(found["value"].replace(",", "")) * 10 ** int(found["power"] or 0) * scale
