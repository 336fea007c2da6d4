"""Oracle: windows drawn by hand, and the support of a gradient where that is exact."""

import hypothesis
import pytest
import torch
from hypothesis import strategies
from torch import nn

from course_lib.inspection import receptive_field
from course_lib.inspection.fields import Axis, NoRuleError, joined


def test_a_pixel_sees_itself():
    assert (Axis().size, Axis().start, Axis().jump) == (1, 0, 1)


def test_a_window_moves_grows_and_jumps():
    # A kernel of 3 with holes of one sees pixels -1, 1 and 3; the next unit starts 2 later.
    first = Axis().through_window(kernel=3, stride=2, padding=1, dilation=2)
    assert first == Axis(-1, 3, 2)
    # Its units 0 and 1 see -1 to 3 and 1 to 5.
    second = first.through_window(kernel=2, stride=3, padding=0)
    assert second == Axis(-1, 5, 6)
    assert (second.size, second.start) == (7, 2)


def test_all_units_together_see_from_the_first_to_the_last():
    assert Axis(-1, 3, 2).whole(4) == Axis(-1, 9, 0)


def test_where_paths_meet_the_smallest_window_holds_both():
    assert joined(Axis(0, 0, 2), Axis(-1, 1, 2), 5) == Axis(-1, 1, 2)
    assert joined(Axis(0, 3, 2), Axis(-2, 1, 2), 5) == Axis(-2, 3, 2)


def test_where_one_path_sees_the_same_for_all_so_does_the_sum():
    # Five units that see 0 to 9 together, and a gate that sees -2 to 7.
    assert joined(Axis(0, 1, 2), Axis(-2, 7, 0), 5) == Axis(-2, 9, 0)


def test_paths_of_different_jumps_meet_in_one_unit_only():
    assert joined(Axis(0, 1, 2), Axis(0, 3, 4), 1) == Axis(0, 3, 0)
    with pytest.raises(NoRuleError, match="jumps of 2 and 4 pixels"):
        joined(Axis(0, 1, 2), Axis(0, 3, 4), 2)


sizes = strategies.tuples(strategies.integers(1, 4), strategies.integers(1, 4))
steps = strategies.tuples(strategies.integers(1, 3), strategies.integers(1, 2))


@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(strategies.lists(strategies.tuples(sizes, steps, steps), min_size=1, max_size=3))
def test_windows_see_what_a_gradient_reaches(windows):
    # Weights are positive and nothing is rectified: so no gradient is zero, nor cancels out.
    layers = [nn.Conv2d(1, 1, k, stride=s, dilation=d) for k, s, d in windows]
    model = nn.Sequential(*layers)
    for parameter in model.parameters():
        parameter.data.abs_().add_(0.1)
    image = torch.zeros(1, 1, 130, 50, requires_grad=True)
    found = receptive_field(model, (1, 1, 130, 50))[-1]
    maps = model(image)
    row, column = maps.shape[2] // 2, maps.shape[3] // 2
    maps[0, 0, row, column].backward()
    seen = image.grad[0, 0].nonzero()
    first, last = seen.amin(dim=0), seen.amax(dim=0)
    assert tuple((last - first + 1).tolist()) == found.size
    for axis, unit in enumerate((row, column)):
        middle = (first + last)[axis].item() / 2
        assert middle == found.start[axis] + unit * found.jump[axis]
