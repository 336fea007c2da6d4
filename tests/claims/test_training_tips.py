"""Oracles: sizes by hand; a change that changes nothing must be noticed."""

from course_lib.claims import training_tips


def test_crops_of_256():
    assert training_tips.crop_size() == [224, 224]


def test_each_change_gives_another_image(monkeypatch):
    assert training_tips.changes_give_other_images() == [True] * 3
    monkeypatch.setattr(training_tips, "RandomHorizontalFlip", lambda _: lambda images, _: images)
    assert training_tips.changes_give_other_images() == [False, True, True]
