"""Show every network beside the numbers of its paper, or one network layer by layer.

    course models
    course models vgg16
    course models --format markdown

A multiply-add is one product and one sum, counted for one image in evaluation: those of the
convolutions and of the matrix products. (Where people say FLOPs, some mean these, some twice
as many.) The depth is the paper's: layers with weights on the longest path.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from course_lib.architectures.catalogue import NETWORKS, find_network
from course_lib.architectures.network import Network, number_in
from course_lib.inspection import count_flops, count_parameters, output_shapes
from course_lib.inspection.tables import as_html, as_text, sizes

HEADINGS = ("network", "input", "depth")
HEADINGS += ("parameters", "the paper", "differs", "multiply-adds", "the paper", "differs")
LAYER_HEADINGS = ("layer", "kind", "output", "parameters", "multiply-adds")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="one network, layer by layer")
    parser.add_argument("--format", choices=("text", "markdown"), default="text")


def run(arguments: argparse.Namespace) -> int:
    table = as_text if arguments.format == "text" else as_markdown
    if arguments.name is None:
        networks = list(NETWORKS.values())
        print(table(HEADINGS, overview(tuple(NETWORKS)).rows))
        print("\nWhere the papers' numbers are from:\n")
        print("\n".join(f"- {network.name}: {_source(network)}" for network in networks))
        return 0
    network = find_network(arguments.name)
    print(f"{network.name}: {_source(network)}\n")
    print(table(LAYER_HEADINGS, layer_rows(network)))
    print("\n" + table(HEADINGS, [overview_row(network)]))
    return 0


@dataclass(frozen=True)
class Overview:
    """Lines about networks; shows itself as text or, in a notebook, as a table."""

    headings: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    @property
    def parameters(self) -> "Overview":
        """The columns about parameters."""
        return Overview(self.headings[:6], tuple(row[:6] for row in self.rows))

    @property
    def operations(self) -> "Overview":
        """The columns about multiply-adds, of those networks whose paper counts them."""
        rows = tuple((row[0], *row[6:]) for row in self.rows if row[7])
        return Overview((self.headings[0], *self.headings[6:]), rows)

    def __repr__(self) -> str:
        return as_text(self.headings, self.rows)

    def _repr_html_(self) -> str:
        return as_html(self.headings, self.rows)


def overview(names: Sequence[str] = tuple(NETWORKS)) -> Overview:
    """A line for each network of the catalogue, or for those named."""
    return Overview(HEADINGS, tuple(overview_row(find_network(name)) for name in names))


def overview_row(network: Network) -> tuple[object, ...]:
    """One line of the table: our exact counts, the paper's words, and how far apart they are."""
    model = built(network)
    parameters = count_parameters(model).total
    products = count_flops(model, (1, *network.input_shape)).multiply_adds
    return (
        *(network.name, sizes(network.input_shape), network.depth),
        *(parameters, *_beside(parameters, network.paper_parameters)),
        *(products, *_beside(products, network.paper_operations)),
    )


def layer_rows(network: Network) -> list[tuple[object, ...]]:
    """Each layer in the order it runs; last, those that evaluation leaves out.

    The numbers of a layer that runs twice stand where it runs first.
    """
    model, batch = built(network), (1, *network.input_shape)
    parameters = {one.name: one.trainable + one.fixed for one in count_parameters(model).layers}
    products = {one.name: one.multiply_adds for one in count_flops(model, batch).layers}
    rows = []
    for one in output_shapes(model, batch):
        numbers = parameters.pop(one.name, 0), products.pop(one.name, 0)
        rows.append((one.name, one.kind, sizes(one.output_shape[1:]), *numbers))
    return rows + [(name, "", "only in training", num, 0) for name, num in parameters.items()]


def built(network: Network) -> nn.Module:
    """The network, without numbers in it where its images are large: shapes are all we ask.

    On the meta device nothing is computed, but shapes are worked out slowly: networks of a
    thousand layers on 32x32 images take half the time if they run.
    """
    with torch.device("meta" if network.input_shape[-1] > 32 else "cpu"):
        return network.build().eval()


def _beside(ours: int, paper: str | None) -> tuple[str, str]:
    """The paper's words and our deviation from them, per cent of the paper's number."""
    if paper is None:
        return "", ""
    return paper, f"{100 * (ours / number_in(paper) - 1):+.1f} %"


def _source(network: Network) -> str:
    return f"{network.paper}. {network.remark or ''}".rstrip()


def as_markdown(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The same table for a page; numbers to the right."""
    right = [isinstance(value, int) for value in rows[0]]
    lines = [list(headings), ["--:" if number else ":--" for number in right]]
    lines += [[f"{v:,}" if isinstance(v, int) else str(v) for v in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
