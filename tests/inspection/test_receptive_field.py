"""Oracle: published fields, sums by hand, and the measured field."""

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from course_lib.architectures import resnet50, resnet101
from course_lib.inspection import receptive_field


def test_alexnet_has_the_published_fields(agrees):
    # 163 and 195 are what others publish for its conv5 and pool5, too.
    layers = {
        "conv1": nn.Conv2d(3, 2, 11, stride=4),
        "pool1": nn.MaxPool2d(3, 2),
        "conv2": nn.Conv2d(2, 2, 5, padding=2),
        "pool2": nn.MaxPool2d(3, 2),
        "conv3": nn.Conv2d(2, 2, 3, padding=1),
        "conv4": nn.Conv2d(2, 2, 3, padding=1),
        "conv5": nn.Conv2d(2, 2, 3, padding=1),
        "pool5": nn.MaxPool2d(3, 2),
    }
    model = nn.Sequential()
    for name, layer in layers.items():
        model.add_module(name, layer)
    found = receptive_field(model, (1, 3, 227, 227))
    assert [field.name for field in found] == list(layers)
    assert [field.size[0] for field in found] == [11, 19, 51, 67, 99, 131, 163, 195]
    assert [field.jump[0] for field in found] == [4, 8, 8, 16, 16, 16, 16, 32]
    # Half of 10 for conv1, and 4 for pool1; then 8 for pool2 and 16 for pool5, since the
    # convolutions between them are padded by half their size.
    assert [field.start[0] for field in found] == [5, 9, 9, 17, 17, 17, 17, 33]
    agrees(model, (1, 3, 227, 227), "conv5")
    agrees(model, (1, 3, 227, 227))


@pytest.mark.parametrize(("build", "layer", "size"), [("vgg16", 30, 212), ("vgg19", 36, 268)])
def test_the_last_pooling_of_vgg_sees_what_is_published(build, layer, size):
    with torch.device("meta"):
        model = getattr(torchvision.models, build)()
    found = receptive_field(model, (1, 3, 224, 224))
    assert found.of(f"features.{layer}").size == (size, size)
    assert found.of(f"features.{layer}").jump == (32, 32)
    # All 7 x 7 units together.
    assert found.of("classifier.0").size == (size + 6 * 32, size + 6 * 32)


@pytest.mark.parametrize(("build", "size"), [(resnet50, 483), (resnet101, 1027)])
def test_resnet_sees_what_araujo_norris_and_sim_publish(build, size):
    # Their table has the network of the paper, with the stride in the first 1x1 convolution.
    with torch.device("meta"):
        found = receptive_field(build(), (1, 3, 224, 224))
    assert found.of("conv5_x").size == (size, size)
    assert found.of("conv5_x").jump == (32, 32)


def test_three_kernels_of_3_see_what_one_of_7_sees():
    three = nn.Sequential(*[nn.Conv2d(1, 1, 3, padding=1) for _ in range(3)])
    one = nn.Sequential(nn.Conv2d(1, 1, 7, padding=3))
    image = (1, 1, 16, 16)
    assert receptive_field(three, image)[-1].size == receptive_field(one, image)[-1].size == (7, 7)


class Branches(nn.Module):
    """The kernels of an inception module."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(2, 3, 1)
        self.three = nn.Conv2d(2, 3, 3, padding=1)
        self.five = nn.Conv2d(2, 3, 5, padding=2)

    def forward(self, x):
        return torch.cat([F.relu(self.one(x)), self.five(x), self.three(x)], dim=1)


def test_of_the_branches_of_an_inception_module_the_largest_counts(agrees):
    model = nn.Sequential(nn.MaxPool2d(2), Branches())
    found = receptive_field(model, (1, 2, 12, 14))
    sizes = {field.name: field.size[0] for field in found}
    assert sizes == {"0": 2, "1.one": 2, "1.five": 10, "1.three": 6, "1": 10}
    agrees(model, (1, 2, 12, 14))


def test_a_shortcut_of_stride_2_sees_less_than_what_it_passes_by():
    with torch.device("meta"):
        found = receptive_field(torchvision.models.resnet18(), (1, 3, 64, 64))
    assert found.of("layer2.0.downsample").size < found.of("layer2.0.conv1").size
    assert found.of("layer2.0").size == found.of("layer2.0.conv2").size
    # Stem 7, pooling + 4; four convolutions at jump 4; one more, then three at jump 8.
    assert found.of("layer2").size[0] == 7 + 4 + 4 * 2 * 4 + 2 * 4 + 3 * 2 * 8


def test_a_layer_called_twice_is_listed_twice_and_asked_for_at_the_end():
    pool = nn.MaxPool2d(2)
    found = receptive_field(nn.Sequential(pool, pool), (1, 1, 8, 8))
    assert [field.size[0] for field in found] == [2, 4]
    assert found.of("0").size == (4, 4)


def test_a_single_layer_is_named_after_its_kind():
    assert receptive_field(nn.MaxPool2d(2), (1, 1, 8, 8))[0].name == "MaxPool2d"


def test_an_unknown_layer_is_named_with_near_ones():
    found = receptive_field(nn.Sequential(nn.ReLU()), (1, 3, 8, 8))
    with pytest.raises(ValueError, match="layer 'conv1' is unknown; there is, for example: 0"):
        found.of("conv1")


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 3, 8)])
def test_an_input_shape_without_a_batch_is_named(shape):
    with pytest.raises(ValueError, match="must be four numbers"):
        receptive_field(nn.ReLU(), shape)


def test_a_size_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"input_shape \(1, 2, 8, 8\) does not fit"):
        receptive_field(nn.Conv2d(3, 1, 3), (1, 2, 8, 8))


def test_the_model_is_left_as_it_was(network, stays_as_it_is):
    with stays_as_it_is(network):
        receptive_field(network, (1, 3, 7, 9))


def test_the_table_shows_itself():
    model = nn.Sequential(nn.Conv2d(3, 1, (3, 4), stride=2), nn.ReLU())
    found = receptive_field(model, (1, 3, 8, 8))
    assert " ".join(repr(found).splitlines()[2].split()) == "0 Conv2d 3 × 4 2 1 × 1.5"
    assert "<td" in found._repr_html_()


@pytest.mark.gpu
def test_a_model_on_the_gpu_has_the_same_fields(network, agrees):
    on_cpu = receptive_field(network, (1, 3, 7, 9))
    assert list(receptive_field(network.cuda(), (1, 3, 7, 9))) == list(on_cpu)
    agrees(network, (1, 3, 7, 9), "second")
