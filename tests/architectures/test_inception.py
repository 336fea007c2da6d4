"""The inception modules. Oracles: torch, branch by branch; the lecture kaist for the counts."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.architectures import Inception, NaiveInception


def conv(x, layer, padding=0):
    return F.relu(F.conv2d(x, layer.weight, layer.bias, padding=padding))


@pytest.fixture
def maps() -> torch.Tensor:
    return torch.randn(2, 7, 9, 6, dtype=torch.float64)


def test_naive_module_lays_four_branches_side_by_side(maps):
    module = NaiveInception(7, one=2, three=3, five=4).double()
    expected = [
        *(conv(maps, module.one), conv(maps, module.three, 1), conv(maps, module.five, 2)),
        F.max_pool2d(maps, 3, stride=1, padding=1),
    ]
    torch.testing.assert_close(module(maps), torch.cat(expected, 1))


def test_reduced_module_puts_a_rectified_1x1_before_each_larger_kernel(maps):
    module = Inception(7, 2, three_reduce=3, three=4, five_reduce=5, five=6, pool_projection=8)
    module = module.double()
    expected = [
        conv(maps, module.one),
        conv(conv(maps, module.three_reduce), module.three, 1),
        conv(conv(maps, module.five_reduce), module.five, 2),
        conv(F.max_pool2d(maps, 3, stride=1, padding=1), module.pool_projection),
    ]
    torch.testing.assert_close(module(maps), torch.cat(expected, 1))


def test_the_kernels_have_the_sizes_of_figure_2():
    for module in (NaiveInception(7, 2, 3, 4), Inception(7, 2, 3, 4, 5, 6, 8)):
        assert module.one.kernel_size == (1, 1)
        assert module.three.kernel_size == (3, 3)
        assert module.five.kernel_size == (5, 5)  # torchvision has 3x3 here
    assert {module.three_reduce.kernel_size, module.five_reduce.kernel_size} == {(1, 1)}
    assert module.pool_projection.kernel_size == (1, 1)


def num_weights(*layers) -> int:
    return sum(layer.weight.numel() for layer in layers)


def test_the_naive_module_passes_every_input_map_on():
    # 128 + 192 + 96 kernels on 256 maps, and the 256 themselves.
    with torch.device("meta"):
        out = NaiveInception(256, 128, 192, 96)(torch.zeros(1, 256, 28, 28))
    assert out.shape == (1, 128 + 192 + 96 + 256, 28, 28)


def test_reduction_saves_two_thirds_of_the_weights_in_the_lecture_s_example():
    # kaist: about 1090k and about 330k, the second without the projection after the pooling.
    naive = NaiveInception(256, 128, 192, 96)
    assert num_weights(naive.one, naive.three, naive.five) == 256 * (128 + 9 * 192 + 25 * 96)
    assert num_weights(naive.one, naive.three, naive.five) == 1_089_536
    reduced = Inception(256, 128, 64, 192, 64, 96, 64)
    before_projection = num_weights(
        *(reduced.one, reduced.three_reduce, reduced.three, reduced.five_reduce, reduced.five)
    )
    assert before_projection == 256 * (128 + 64 + 64) + 64 * (9 * 192 + 25 * 96) == 329_728
    assert num_weights(reduced.pool_projection) == 256 * 64
