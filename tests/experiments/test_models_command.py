"""`course models` from its words to its table. Oracles: the papers, counts made by hand."""

import argparse
import re

import pytest

from course_lib.architectures import NETWORKS, find_network
from course_lib.experiments import models_command
from course_lib.experiments.models_command import as_markdown, layer_rows, overview_row


def words(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    models_command.configure(parser)
    return parser.parse_args(given)


@pytest.fixture
def a_few(monkeypatch):
    """Networks of every kind; a thousand layers take longer where each call checks its shapes."""
    few = ("lenet5", "alexnet", "vgg16", "googlenet")
    monkeypatch.setattr(models_command, "NETWORKS", {name: NETWORKS[name] for name in few})
    return few


def test_the_table_sets_our_counts_beside_the_paper_s(a_few, capsys):
    assert models_command.run(words()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:6]] == list(a_few)
    headings = ["network", "input", "depth", "parameters", "the paper", "differs"]
    headings += ["multiply-adds", "the paper", "differs"]
    assert re.split(r" {2,}", lines[0]) == headings
    vgg16 = r"vgg16 +3 × 224 × 224 +16 +138,357,544 +138 million +\+0.3 % +15,470,264,320 +"
    assert re.fullmatch(vgg16 + r"15.3 x 10\^9 multiply-adds +\+1.1 %", lines[4])
    assert lines[3].endswith("724,406,816")  # the paper gives no operations of alexnet


def test_below_the_table_stands_where_each_number_is_from(a_few, capsys):
    models_command.run(words())
    sources = [line for line in capsys.readouterr().out.splitlines() if line.startswith("- ")]
    for name, line in zip(a_few, sources, strict=True):
        assert line.startswith(f"- {name}: {NETWORKS[name].paper}.")
        assert line.endswith((NETWORKS[name].remark or NETWORKS[name].paper + ".")[-20:])


def test_a_row_by_hand():
    row = overview_row(find_network("lenet5_modern"))
    products = 28 * 28 * 6 * 25 + 100 * 16 * 6 * 25 + 120 * 16 * 25 + 84 * 120 + 10 * 84
    assert row == ("lenet5_modern", "1 × 28 × 28", 5, 61_706, "", "", products, "", "")


def test_a_smaller_count_than_the_paper_s_has_a_minus():
    row = overview_row(find_network("vgg16_c"))
    assert row[4:6] == ("134 million", "-0.3 %")


def test_one_network_is_shown_layer_by_layer(capsys):
    assert models_command.run(words("alexnet")) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "alexnet: Krizhevsky et al. 2012, section 3.5."
    conv1 = next(line for line in lines if line.startswith("conv1"))
    # 96 kernels of 3 x 11 x 11 at 55 x 55 places; michigan_2025 counts the parameters.
    expected = ["conv1", "Conv2d", "96 × 55 × 55", "34,944", f"{96 * 363 * 3025:,}"]
    assert re.split(r" {2,}", conv1) == expected
    assert lines[-1].startswith("alexnet  3 × 227 × 227")


def test_layers_that_evaluation_leaves_out_come_last_and_none_is_counted_twice():
    network = find_network("googlenet")
    rows = layer_rows(network)
    assert sum(row[3] for row in rows) == overview_row(network)[3]
    assert sum(row[4] for row in rows) == overview_row(network)[6]
    heads = [row for row in rows if row[0].startswith("head")]
    assert rows[-6:] == heads
    assert {(row[2], row[4]) for row in heads} == {("only in training", 0)}


def test_markdown_is_a_table_of_a_page(a_few, capsys):
    models_command.run(words("--format", "markdown"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| network | input | depth | parameters | the paper | differs |")
    assert lines[1].startswith("| :-- | :-- | --: | --: | :-- | :-- | --: |")
    assert lines[2].startswith("| lenet5 | 1 × 32 × 32 | 7 | 60,000 | 60,000 | +0.0 % |")
    assert as_markdown(("a",), [(1234,)]) == "| a |\n| --: |\n| 1,234 |"


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(ValueError, match=r"no network 'vgg61'; did you mean vgg1"):
        models_command.run(words("vgg61"))


def test_a_large_network_is_built_without_numbers():
    """On the meta device, so that 138 million parameters cost nothing."""
    devices = {p.device.type for p in models_command.built(NETWORKS["vgg16"]).parameters()}
    assert devices == {"meta"}


def test_the_overview_of_a_page_has_two_halves():
    whole = models_command.overview(("lenet5", "alexnet", "vgg16"))
    assert [row[0] for row in whole.parameters.rows] == ["lenet5", "alexnet", "vgg16"]
    assert whole.parameters.headings == (
        "network",
        "input",
        "depth",
        "parameters",
        "the paper",
        "differs",
    )
    assert [row[0] for row in whole.operations.rows] == [
        "lenet5",
        "vgg16",
    ]  # AlexNet's has no count
    assert whole.operations.rows[1][:3] == ("vgg16", 15_470_264_320, "15.3 x 10^9 multiply-adds")
    assert whole.operations.headings == ("network", "multiply-adds", "the paper", "differs")
    assert "138,357,544" in repr(whole)
    assert "138,357,544" in whole.parameters._repr_html_()
    with pytest.raises(ValueError, match="There is no network 'vgg17'; did you mean vgg1"):
        models_command.overview(("vgg17",))
