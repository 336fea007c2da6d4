import numpy as np
import pytest
import torch

from course_lib.plotting import plot_filters


def test_filters_share_a_scale_whose_middle_is_zero():
    weight = torch.nn.Parameter(torch.tensor([[[[0.5, 0.1]]], [[[0.2, -2.0]]]]))
    *panels, bar = plot_filters(weight).axes
    pictures = [axis.images[0] for axis in panels]
    assert np.allclose([picture.get_array() for picture in pictures], weight.detach()[:, 0])
    assert [picture.get_clim() for picture in pictures] == [(-2, 2)] * 2
    assert [tick.get_text() for tick in bar.get_yticklabels()] == ["−2", "0", "2"]


def test_positive_weights_keep_a_zero_in_the_middle():
    assert plot_filters(torch.ones(2, 1, 3, 3)).axes[0].images[0].get_clim() == (-1, 1)


def test_filters_over_colors_have_a_gray_zero():
    weight = torch.zeros(1, 3, 1, 2)
    weight[0, :, 0, 1] = torch.tensor([4.0, 0.0, -4.0])
    picture = plot_filters(weight).axes[0].images[0].get_array()
    assert np.allclose(picture, [[[0.5, 0.5, 0.5], [1, 0.5, 0]]])


def test_filters_over_many_channels_make_a_table():
    weight = torch.randn(5, 4, 3, 2)
    axis = plot_filters(weight).axes[0]
    sheet = axis.images[0].get_array()
    assert sheet.shape == (5 * 3, 4 * 2)
    assert np.allclose(sheet[2 * 3 : 3 * 3, 1 * 2 : 2 * 2], weight[2, 1])
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("input channel", "output channel")
    # The number of a channel stands in the middle of its tile.
    assert np.allclose(axis.get_xticks(), [0.5, 2.5, 4.5, 6.5])
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (torch.zeros(65, 2, 3, 3), "65 x 2 filters; .* Choose some"),
        (torch.zeros(200, 1, 3, 3), "weight holds 200 pictures"),
        (torch.full((1, 1, 3, 3), torch.inf), "weight holds NaN or infinity"),
    ],
)
def test_what_cannot_be_drawn_is_named(weight, message):
    with pytest.raises(ValueError, match=message):
        plot_filters(weight)
