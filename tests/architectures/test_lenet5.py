"""LeNet-5's own layers, its input and its loss, against the paper's formulas written out."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.architectures import digit_bitmaps, lenet5, lenet5_input, map_loss
from course_lib.architectures.lenet5 import (
    C3_SEES,
    RadialBasisOutput,
    SparseConv2d,
    Subsampling,
    scaled_tanh,
)


def test_c3_connections_are_table_one_of_the_paper():
    # The table as printed: a row per map of S2, an X where a map of C3 (column) sees it.
    table = """
    X . . . X X X . . X X X X . X X
    X X . . . X X X . . X X X X . X
    X X X . . . X X X . . X . X X X
    . X X X . . X X X X . . X . X X
    . . X X X . . X X X X . X X . X
    . . . X X X . . X X X X . X X X
    """
    rows = [line.split() for line in table.strip().split("\n")]
    assert [[seen in C3_SEES[out] for out in range(16)] for seen in range(6)] == [
        [mark == "X" for mark in row] for row in rows
    ]


def test_sparse_convolution_is_one_convolution_per_output_map():
    layer = SparseConv2d(C3_SEES, kernel_size=5).double()
    x = torch.randn(3, 6, 9, 8, dtype=torch.float64)
    start = 0
    for out, inputs in enumerate(C3_SEES):
        kernels = layer.weight[start : start + len(inputs)]
        start += len(inputs)
        expected = F.conv2d(x[:, list(inputs)], kernels[None], layer.bias[out : out + 1])
        torch.testing.assert_close(layer(x)[:, out : out + 1], expected)
    assert start == len(layer.weight) == 60


def test_sparse_convolution_gives_gradients_to_its_kernels_alone():
    layer = SparseConv2d(C3_SEES, kernel_size=5).double()
    x = torch.randn(2, 6, 7, 7, dtype=torch.float64)
    layer(x).square().sum().backward()
    full = layer.full_weight().detach().requires_grad_()
    F.conv2d(x, full, layer.bias).square().sum().backward()
    torch.testing.assert_close(layer.weight.grad, full.grad[tuple(layer.pairs)])


def test_subsampling_by_hand():
    layer = Subsampling(2)
    with torch.no_grad():
        layer.coefficient.copy_(torch.tensor([0.5, -1.0]))
        layer.bias.copy_(torch.tensor([3.0, 0.25]))
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]]]])
    # 0.5 (1 + 2 + 3 + 4) + 3 = 8 and -1 (1 + 0 + 0 + 1) + 0.25 = -1.75
    assert layer(x).flatten().tolist() == [8.0, -1.75]


def test_scaled_tanh_keeps_plus_and_minus_one():
    # Appendix A chooses 1.7159 and 2/3 for this.
    values = scaled_tanh(torch.tensor([1.0, -1.0, 0.0], dtype=torch.float64))
    torch.testing.assert_close(values, torch.tensor([1.0, -1, 0]).double(), atol=1e-4, rtol=0)


def test_radial_basis_output_is_the_squared_distance():
    x = torch.randn(5, 84, dtype=torch.float64)
    bitmaps = digit_bitmaps().double()
    expected = (x[:, None] - bitmaps[None]).square().sum(-1)
    torch.testing.assert_close(RadialBasisOutput(bitmaps)(x), expected)


def test_a_picture_of_the_bitmap_has_the_largest_score():
    scores = -RadialBasisOutput(digit_bitmaps())(digit_bitmaps())
    assert scores.argmax(1).tolist() == list(range(10))
    assert scores.diagonal().abs().max() == 0


def test_input_has_the_gray_levels_and_the_frame_of_the_paper():
    images = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    images[0, 0, 0, 0] = 255
    prepared = lenet5_input(images)
    assert prepared.shape == (1, 1, 32, 32)
    assert prepared[0, 0, 2, 2] == pytest.approx(1.175)
    prepared[0, 0, 2, 2] = -0.1
    assert prepared.unique().tolist() == pytest.approx([-0.1])


def test_loss_is_equation_9():
    penalties = torch.rand(6, 10, dtype=torch.float64) * 30
    labels = torch.tensor([0, 3, 9, 9, 5, 1])
    j = 2.5
    rival = torch.exp(torch.tensor(-j)) + torch.exp(-penalties).sum(1)
    expected = (penalties[torch.arange(6), labels] + rival.log()).mean()
    torch.testing.assert_close(map_loss(-penalties, labels, j), expected)


def test_loss_stays_finite_where_equation_9_as_printed_overflows():
    # e^-1000 is 0 in floating point; the loss of penalty 1000 against j = 1 is 1000 - 1.
    scores = torch.full((1, 10), -1000.0)
    assert map_loss(scores, torch.tensor([4]), j=1.0).item() == pytest.approx(999)


def test_loss_does_not_push_far_penalties_further():
    # The reason the paper gives for j: beyond it, a wrong class is left alone.
    scores = torch.full((1, 10), -40.0, requires_grad=True)
    map_loss(scores, torch.tensor([4]), j=1.0).backward()
    wrong = torch.arange(10) != 4
    assert scores.grad[0, wrong].abs().max() < 1e-15
    assert scores.grad[0, 4].item() == pytest.approx(-1)


def test_first_weights_keep_to_the_bounds_of_appendix_a():
    model = lenet5()
    bounds = {"c1": 2.4 / 25, "s2": 2.4 / 4, "s4": 2.4 / 4, "c5": 2.4 / 400, "f6": 2.4 / 120}
    for name, bound in bounds.items():
        values = torch.cat([p.detach().flatten() for p in getattr(model, name).parameters()])
        assert 0.5 * bound < values.abs().max() <= bound
    # C3: the maps that see fewer inputs start with larger weights.
    fan_in = torch.tensor([25 * len(C3_SEES[out]) for out in model.c3.pairs[0]])
    relative = model.c3.weight.detach().abs().amax((1, 2)) * fan_in / 2.4
    assert 0.5 < relative.min() < relative.max() <= 1


def test_the_state_dict_holds_the_trainable_parameters_alone():
    model = lenet5()
    assert sum(value.numel() for value in model.state_dict().values()) == 60_000
    twin = lenet5()
    twin.load_state_dict(model.state_dict())
    x = torch.randn(2, 1, 32, 32)
    assert torch.equal(model(x), twin(x))


@pytest.mark.gpu
def test_lenet5_gives_the_same_scores_on_the_gpu():
    model = lenet5().double()
    x = torch.randn(4, 1, 32, 32, dtype=torch.float64)
    expected = model(x)
    torch.testing.assert_close(model.cuda()(x.cuda()).cpu(), expected)
