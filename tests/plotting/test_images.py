"""Oracle: the pixels that were given, and captions written by hand."""

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from course_lib.plotting import plot_images
from course_lib.plotting.style import ACCENT


def drawn(figure) -> np.ndarray:
    """The brightness of each picture, 0 black to 1 white."""
    return np.stack([axis.images[0].get_array() for axis in figure.axes])


def captions(figure) -> list[str]:
    return [axis.get_title() for axis in figure.axes]


@pytest.mark.parametrize("shape", [(5, 6, 4), (5, 1, 6, 4), (5, 3, 6, 4)])
def test_bytes_are_drawn_from_0_to_255(shape):
    images = torch.randint(30, 200, shape, dtype=torch.uint8)
    expected = images[:, 0] if shape[1] == 1 else images
    expected = expected.permute(0, 2, 3, 1) if shape[1] == 3 else expected
    assert np.allclose(drawn(plot_images(images)), expected.numpy() / 255)


def test_fractions_are_drawn_as_they_are():
    images = torch.rand(2, 1, 3, 3) / 2
    assert np.allclose(drawn(plot_images(images)), images[:, 0].numpy())


def test_a_mask_is_black_and_white():
    images = torch.eye(3, dtype=torch.bool)[None]
    assert np.array_equal(drawn(plot_images(images))[0], np.eye(3))


def test_other_numbers_are_drawn_from_the_smallest_to_the_largest_of_all():
    images = torch.tensor([[[-1.0, 1.0]], [[3.0, 0.0]]])
    assert np.allclose(drawn(plot_images(images)), [[[0, 0.5]], [[1, 0.25]]])


def test_one_value_everywhere_can_be_drawn():
    assert np.isfinite(drawn(plot_images(torch.full((2, 3, 3), 7.0)))).all()


def test_labels_are_captions():
    assert captions(plot_images(torch.rand(2, 3, 3), torch.tensor([7, 1]))) == ["7", "1"]
    assert captions(plot_images(torch.rand(2, 3, 3), ["cat", "dog"])) == ["cat", "dog"]
    assert captions(plot_images(torch.rand(2, 3, 3), predictions=[7, 1])) == ["7", "1"]


def test_mistakes_say_what_was_taken_for_what():
    labels, predictions = torch.tensor([7, 1, 2]), torch.tensor([7, 4, 2])
    figure = plot_images(torch.rand(3, 3, 3), labels, predictions)
    assert captions(figure) == ["7", "4 (is 1)", "2"]
    edges = [axis.spines["left"].get_edgecolor()[:3] for axis in figure.axes]
    assert [edge == to_rgb(ACCENT) for edge in edges] == [False, True, False]


def test_long_names_take_two_lines():
    figure = plot_images(torch.rand(1, 3, 3), ["automobile"], ["truck"])
    assert captions(figure) == ["truck\n(is automobile)"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((torch.rand(3, 2, 4, 4),), r"images has shape \(3, 2, 4, 4\)"),
        ((torch.rand(4, 4),), r"images has shape \(4, 4\)"),
        ((torch.rand(129, 4, 4),), "images holds 129 pictures; a figure shows 1 to 128"),
        ((torch.full((1, 2, 2), torch.nan),), "images holds NaN"),
        ((torch.rand(3, 4, 4), [1, 2]), "labels has 2 entries for 3 images"),
        ((torch.rand(3, 4, 4), None, [1]), "predictions has 1 entries for 3 images"),
    ],
)
def test_what_cannot_be_drawn_is_named(arguments, message, without_shape_checks):
    with pytest.raises(ValueError, match=message):
        plot_images(*arguments)
