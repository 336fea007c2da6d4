"""Oracle: a cross-entropy of another class is another number."""

from course_lib.claims import class_loss
from course_lib.layers import cross_entropy


def test_the_sum_is_the_loss_of_the_right_class(monkeypatch):
    assert class_loss.sum_over_the_classes()
    monkeypatch.setattr(class_loss, "cross_entropy", lambda x, y: cross_entropy(x, y - 1))
    assert not class_loss.sum_over_the_classes()
