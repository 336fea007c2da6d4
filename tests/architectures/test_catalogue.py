"""The catalogue. Oracles: the builders themselves, the papers' numbers in it."""

import pytest
import torch
from torch import nn

from course_lib import architectures
from course_lib.architectures import NETWORKS, build, find_network
from course_lib.architectures.catalogue_classic import CLASSIC
from course_lib.architectures.catalogue_residual import RESIDUAL
from course_lib.architectures.network import number_in
from course_lib.inspection import count_flops, count_parameters

# Where the paper counts something else, the catalogue says what.
COUNTED_OTHERWISE = {"lenet5"}


def on_meta(name: str) -> nn.Module:
    with torch.device("meta"):
        return build(name)


def test_no_network_hides_another():
    assert len(NETWORKS) == len(CLASSIC) + len(RESIDUAL)
    assert all(name == network.name for name, network in NETWORKS.items())


@pytest.mark.parametrize("network", CLASSIC, ids=lambda network: network.name)
def test_names_are_those_of_the_builders(network):
    builder = getattr(architectures, network.name, None)
    assert builder is network.build or network.name == "googlenet_without_heads"


@pytest.mark.parametrize(
    "name", [n.name for n in CLASSIC if n.name.startswith(("alex", "zf", "vgg"))]
)
def test_depth_counts_the_layers_with_weights_where_they_lie_in_a_row(name):
    layers = [m for m in on_meta(name).modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == NETWORKS[name].depth


def test_depth_of_googlenet_counts_each_module_twice():
    model = on_meta("googlenet_without_heads")
    modules = [m for m in model.children() if isinstance(m, architectures.Inception)]
    in_a_row = [m for m in model.children() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(in_a_row) + 2 * len(modules) == NETWORKS["googlenet"].depth == 22


@pytest.mark.parametrize("network", CLASSIC, ids=lambda network: network.name)
def test_the_paper_s_numbers_are_near_ours_or_a_remark_says_why_not(network):
    model = on_meta(network.name)
    if network.paper_parameters:
        ours = int(count_parameters(model))
        assert ours == pytest.approx(number_in(network.paper_parameters), rel=0.03)
    if network.paper_operations:
        ours = count_flops(model, (1, *network.input_shape)).multiply_adds
        near = ours == pytest.approx(number_in(network.paper_operations), rel=0.06)
        assert near or network.name in COUNTED_OTHERWISE
        assert network.remark


def test_he_s_number_for_vgg16_is_that_of_its_convolutions():
    layers = count_flops(on_meta("vgg16"), (1, 3, 224, 224)).layers
    convolutions = sum(layer.multiply_adds for layer in layers if layer.kind == "Conv2d")
    assert round(convolutions / 1e9, 1) == number_in(NETWORKS["vgg16"].paper_operations) / 1e9


def test_a_network_is_built_by_its_name():
    assert type(build("lenet5")) is type(architectures.lenet5())
    assert find_network("zfnet").input_shape == (3, 224, 224)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vgg61", r"no network 'vgg61'; did you mean vgg1\d(_\w+)? or vgg1"),
        ("AlexNet", "no network 'AlexNet'; did you mean alexnet"),
        ("transformer", "no network 'transformer'; `course models` lists them"),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(name, message):
    with pytest.raises(ValueError, match=message):
        build(name)


@pytest.mark.gpu
@pytest.mark.parametrize("network", CLASSIC, ids=lambda network: network.name)
def test_scores_are_the_same_on_the_gpu(network):
    model = network.build().eval().double()
    images = torch.randn(2, *network.input_shape, dtype=torch.float64)
    with torch.no_grad():
        expected = model(images)
        torch.testing.assert_close(model.cuda()(images.cuda()).cpu(), expected)
