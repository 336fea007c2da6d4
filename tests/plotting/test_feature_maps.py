import numpy as np
import pytest
import torch

from course_lib.plotting import plot_feature_maps

MAPS = torch.tensor([[[0.0, 1.0]], [[4.0, 2.0]]])


def limits(figure) -> list[tuple[float, float]]:
    return [axis.images[0].get_clim() for axis in figure.axes if axis.images]


def test_maps_share_a_scale_from_a_black_zero():
    figure = plot_feature_maps(MAPS)
    assert limits(figure) == [(0, 4)] * 2
    assert [axis.get_title() for axis in figure.axes[:2]] == ["0", "1"]
    assert np.allclose(figure.axes[1].images[0].get_array(), MAPS[1])
    assert figure.axes[0].images[0].cmap(0.0)[:3] == (0, 0, 0)


def test_signed_maps_share_a_scale_with_zero_in_the_middle():
    figure = plot_feature_maps(MAPS - 3)
    assert limits(figure) == [(-3, 3)] * 2
    assert min(figure.axes[0].images[0].cmap(0.5)[:3]) > 0.95


@pytest.mark.parametrize(
    ("maps", "expected"), [(MAPS, [(0, 1), (0, 4)]), (MAPS - 3, [(-3, 3), (-1, 1)])]
)
def test_each_map_can_have_its_own_scale(maps, expected):
    figure = plot_feature_maps(maps, own_scale=True)
    assert limits(figure) == expected
    assert len(figure.axes) == 2  # no bar, which would be true of one map only


def test_a_map_without_signs_stays_gray_beside_one_with_signs():
    figure = plot_feature_maps(torch.stack([MAPS[0], -MAPS[1]]), own_scale=True)
    gray, signed = (axis.images[0].cmap for axis in figure.axes)
    assert gray(0.0)[:3] == (0, 0, 0)
    assert min(signed(0.5)[:3]) > 0.95


def test_a_batch_of_one_is_one_image():
    figure = plot_feature_maps(MAPS[None], titles=["a", "b"])
    assert [axis.get_title() for axis in figure.axes[:2]] == ["a", "b"]


def test_dead_maps_can_be_drawn():
    assert limits(plot_feature_maps(torch.zeros(2, 3, 3))) == [(0, 1)] * 2


@pytest.mark.parametrize(
    ("maps", "titles", "message"),
    [
        (torch.zeros(8, 6, 5, 5), None, r"shape \(8, 6, 5, 5\).*Choose an image: maps\[0\]"),
        (torch.zeros(5, 5), None, r"maps has shape \(5, 5\)"),
        (torch.zeros(2, 5, 5), ["a"], "titles has 1 entries for 2 maps"),
        (torch.full((1, 2, 2), torch.nan), None, "maps holds NaN"),
    ],
)
def test_what_cannot_be_drawn_is_named(maps, titles, message, without_shape_checks):
    with pytest.raises(ValueError, match=message):
        plot_feature_maps(maps, titles)
