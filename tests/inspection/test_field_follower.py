"""Oracle: the same layers of torch, whose operations have rules."""

import pytest
import torch
from torch import nn

from course_lib.inspection import receptive_field
from course_lib.layers import modules as written_out


def test_layers_written_out_have_the_field_of_their_windows():
    torchs, ours = (
        nn.Sequential(
            kind.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2)),
            kind.ReLU(),
            kind.MaxPool2d(2, stride=1),
            kind.AvgPool2d((3, 1), stride=2, padding=(1, 0)),
            kind.Conv2d(4, 4, (3, 5), padding="same"),
            kind.Conv2d(4, 4, 2, padding="valid"),
        )
        for kind in (nn, written_out)
    )
    image = (1, 3, 24, 20)
    assert list(receptive_field(ours, image)) == list(receptive_field(torchs, image))


def test_what_does_not_see_the_image_has_no_row():
    class Embedding(nn.Module):
        def __init__(self):
            super().__init__()
            self.constant, self.conv = nn.Linear(1, 3), nn.Conv2d(3, 3, 3)

        def forward(self, x):
            return self.conv(x) + self.constant(torch.ones(1, 1))[..., None, None]

    assert [field.name for field in receptive_field(Embedding(), (1, 3, 8, 8))] == ["conv"]


def test_what_has_no_rule_does_no_harm_where_no_layer_depends_on_it():
    class Aside(nn.Conv2d):
        def forward(self, x):
            x.cumsum(dim=3)
            return super().forward(x)

    assert receptive_field(Aside(3, 1, 3), (1, 3, 8, 8))[0].size == (3, 3)


def test_a_convolution_behind_what_has_no_rule_has_none_either():
    model = nn.Sequential(nn.Upsample(scale_factor=2), written_out.Conv2d(3, 3, 3))
    with pytest.raises(ValueError, match="layer '0' is not known"):
        receptive_field(model, (1, 3, 8, 8))


class Writing(nn.Module):
    """Puts its maps together by writing them into a tensor that did not see the image."""

    def __init__(self, write):
        super().__init__()
        self.three, self.five = nn.Conv2d(3, 2, 3, padding=1), nn.Conv2d(3, 2, 5, padding=2)
        self.write = write

    def forward(self, images):
        together = images.new_zeros(len(images), 4, *images.shape[2:])
        self.write(together, self.three(images), self.five(images))
        return together


def branches(together, three, five):
    together[:, :2] = three
    together[:, 2:] += five


def one_after_another(together, three, five):
    together[:, 1:3] += five
    together[:, 1:3] += three


@pytest.mark.parametrize("write", [branches, one_after_another])
def test_what_is_written_into_channels_is_seen_by_the_whole(write, agrees):
    model = nn.Sequential(Writing(write), nn.Conv2d(4, 1, 1))
    assert receptive_field(model, (1, 3, 9, 11)).of("0").size == (5, 5)
    agrees(model, (1, 3, 9, 11))


def rows(together, three, five):
    together[:, :2, 1:] = three[:, :, 1:]


def columns(together, three, five):
    together[:, :2, :, 1:] = three[..., 1:]


def rows_before_maps(together, three, five):
    rows(together, three, five)
    together[:, :2] = three


@pytest.mark.parametrize("write", [rows, columns, rows_before_maps])
def test_what_is_written_into_parts_of_maps_has_no_rule(write):
    with pytest.raises(ValueError, match="layer '0' is not known: no rule for writing into parts"):
        receptive_field(nn.Sequential(Writing(write), nn.ReLU()), (1, 3, 9, 11))
