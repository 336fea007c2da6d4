"""Oracle: windows by hand. That it agrees with the recurrence is tested beside that."""

import pytest
import torch
from torch import nn

from course_lib.inspection import measured_receptive_field
from course_lib.inspection.measured_receptive_field import MeasuredField
from course_lib.layers import modules as written_out


def test_the_middle_unit_is_looked_at_unless_another_is_named():
    model = nn.Sequential(nn.Conv2d(2, 3, (3, 2), stride=2), nn.ReLU())
    # 7 rows give 3 units, the middle one over rows 2 to 4; 9 columns give 4, the third over 4, 5.
    found = measured_receptive_field(model, (1, 2, 7, 9), "1")
    assert found == MeasuredField(unit=(1, 2), rows=(2, 4), columns=(4, 5))
    assert found.size == (3, 2)
    found = measured_receptive_field(model, (1, 2, 7, 9), "1", (2, 0))
    assert found == MeasuredField(unit=(2, 0), rows=(4, 6), columns=(0, 1))


def test_neither_dead_rectifiers_nor_lost_poolings_nor_zero_weights_hide_a_pixel():
    model = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 1))
    for parameter in model.parameters():
        parameter.data.zero_()
    model[0].bias.data.fill_(-1.0)
    assert measured_receptive_field(model, (1, 1, 11, 11), "2").rows == (3, 7)


def test_it_needs_no_rule():
    # Unit 5 of the doubled maps repeats unit 2, which sees pixels 2 to 4.
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(scale_factor=2))
    found = measured_receptive_field(model, (1, 1, 9, 9), "1", (5, 0))
    assert (found.rows, found.columns) == ((2, 4), (0, 2))
    # Row 3 of the output is kernel row 1 over input row 1.
    model = nn.Sequential(nn.ConvTranspose2d(1, 1, 2, stride=2))
    assert measured_receptive_field(model, (1, 1, 4, 4), "0", (3, 0)).rows == (1, 1)


def test_layers_written_out_are_measured_too():
    model = nn.Sequential(
        written_out.Conv2d(1, 2, 3), written_out.ReLU(), written_out.MaxPool2d(2, 1)
    )
    assert measured_receptive_field(model, (1, 1, 9, 9), "2").size == (4, 4)


def test_a_layer_of_features_sees_what_all_of_them_see():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 3 * 5, 4))
    found = measured_receptive_field(model, (8, 1, 5, 7), "2")
    assert found == MeasuredField(unit=(0, 0), rows=(0, 4), columns=(0, 6))


def test_of_a_layer_called_twice_the_last_call_counts_and_of_outputs_the_first():
    class Pair(nn.Module):
        def forward(self, x):
            return x, x.mean()

    class First(nn.Module):
        def __init__(self):
            super().__init__()
            self.pair, self.conv = Pair(), nn.Conv2d(1, 1, 3)

        def forward(self, x):
            x, _ = self.pair(self.conv(x))
            return self.conv(x)

    assert measured_receptive_field(First(), (1, 1, 9, 9), "conv").size == (5, 5)
    assert measured_receptive_field(First(), (1, 1, 9, 9), "pair").size == (3, 3)


def test_the_model_is_left_as_it_was(network, stays_as_it_is):
    with stays_as_it_is(network):
        measured_receptive_field(network, (1, 3, 7, 9), "second")


def test_an_unknown_layer_is_named_with_near_ones(network):
    with pytest.raises(ValueError, match=r"layer 'secnd' is unknown.*second"):
        measured_receptive_field(network, (1, 3, 7, 9), "secnd")


@pytest.mark.parametrize("unit", [(7, 0), (0, 9), (-1, 0), (0, -1)])
def test_a_unit_that_is_not_there_is_named(network, unit):
    with pytest.raises(ValueError, match=r"unit \(.*\) is not there: the layer has 7 x 9 units"):
        measured_receptive_field(network, (1, 3, 7, 9), "second", unit)


def test_the_last_unit_is_there(network):
    assert measured_receptive_field(network, (1, 3, 7, 9), "second", (6, 8)).rows == (4, 6)


def test_a_layer_that_does_not_see_the_image_is_named():
    class Blind(nn.Module):
        def __init__(self):
            super().__init__()
            self.aside = nn.Identity()

        def forward(self, x):
            return x + self.aside(torch.zeros(1, 1, 1, 1))

    with pytest.raises(ValueError, match="layer does not see the image"):
        measured_receptive_field(Blind(), (1, 1, 4, 4), "aside")


def test_a_model_that_gives_no_numbers_is_named():
    model = nn.Sequential(nn.Conv2d(1, 1, 3))
    model[0].bias.data.fill_(torch.nan)
    with pytest.raises(ValueError, match="model gives not-a-numbers for an image of zeros"):
        measured_receptive_field(model, (1, 1, 4, 4), "0")


@pytest.mark.parametrize(("shape", "device"), [((1, 4, 4), "cpu"), ((1, 1, 4, 4), "meta")])
def test_it_takes_a_batch_of_images_and_real_numbers(shape, device):
    model = nn.Sequential(nn.Conv2d(1, 1, 3, device=device))
    with pytest.raises(ValueError, match=f"must be .*the device '{device}'"):
        measured_receptive_field(model, shape, "0")


@pytest.mark.gpu
def test_fast_convolutions_on_the_gpu_poison_no_neighbors():
    layers = [nn.Conv2d(16, 16, 3, padding=1) for _ in range(3)]
    model = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), *layers).cuda()
    assert measured_receptive_field(model, (1, 3, 64, 64), "3").size == (9, 9)
