"""Oracle: fields worked by hand."""

from course_lib.claims import transferred_features


def test_fields_of_alexnet_worked_by_hand():
    # A window of k widens the field by k - 1 times the distance of its inputs: 4, then 8, then 16.
    conv1 = 11
    conv2 = conv1 + 2 * 4 + 4 * 8
    conv3 = conv2 + 2 * 8 + 2 * 16
    fields = [conv1, conv2, conv3, conv3 + 2 * 16, conv3 + 4 * 16]
    assert transferred_features.fields_of_alexnet() == fields == [11, 51, 99, 131, 163]


def test_fields_that_do_not_grow_are_noticed(monkeypatch):
    assert transferred_features.later_layers_see_more()
    monkeypatch.setattr(transferred_features, "fields_of_alexnet", lambda: [11, 51, 51])
    assert not transferred_features.later_layers_see_more()


def test_flowers():
    # Nilsback & Zisserman 2008: 102 kinds.
    assert transferred_features.num_flower_classes() == 102
