import pytest
import torchvision
from torch import nn

from course_lib.inspection.layer_names import find_layer, unknown_layer


def test_a_layer_is_found_by_its_name():
    model = nn.Sequential(nn.Sequential(nn.ReLU(), nn.Tanh()))
    assert find_layer(model, "0.1") is model[0][1]


def test_an_unknown_layer_is_named_with_near_ones():
    model = torchvision.models.resnet18()
    with pytest.raises(ValueError, match=r"layer 'layer3.1.conv9' is unknown.*layer3.1.conv1"):
        find_layer(model, "layer3.1.conv9")


def test_where_none_is_near_the_first_are_named():
    names = [str(number) for number in range(20)]
    with pytest.raises(ValueError, match=r"there is, for example: 0, 1, 2, 3, 4, 5, 6, 7\.$"):
        raise unknown_layer("pooling", names)


def test_a_name_is_offered_once():
    assert str(unknown_layer("pol", ["pool", "pool"])).endswith("example: pool.")


def test_the_model_itself_has_no_name():
    with pytest.raises(ValueError, match=r"layer '' is unknown: the model has no layers"):
        find_layer(nn.ReLU(), "")
