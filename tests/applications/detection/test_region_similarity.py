"""Similarity of regions. Oracle: equations 2 to 6 of the paper, worked by hand."""

import numpy as np
import pytest

from course_lib.applications.detection import Region, similarity
from course_lib.applications.detection.region_similarity import MEASURES, describe_regions

# In an image of 100 pixels: 20 pixels left, 10 pixels right, a gap of two columns between.
LEFT = Region(20, (0, 0, 4, 5), np.array([0.5, 0.5, 0.0]), np.array([1.0, 0.0]))
RIGHT = Region(10, (6, 0, 8, 5), np.array([0.1, 0.3, 0.6]), np.array([0.25, 0.75]))
BY_HAND = {
    "color": 0.1 + 0.3,
    "texture": 0.25,
    "size": 1 - 30 / 100,
    "fill": 1 - (8 * 5 - 30) / 100,
}


@pytest.mark.parametrize("measure", MEASURES)
def test_each_measure_by_hand(measure):
    assert similarity(LEFT, RIGHT, 100, (measure,)) == pytest.approx(BY_HAND[measure])


def test_the_measures_add_up():
    assert similarity(LEFT, RIGHT, 100) == pytest.approx(sum(BY_HAND.values()))
    two = similarity(LEFT, RIGHT, 100, ("size", "texture"))
    assert two == pytest.approx(0.7 + 0.25)


def test_a_region_is_most_like_its_twin():
    assert similarity(LEFT, LEFT, 10**9, ("color", "texture")) == pytest.approx(2)


def test_merging_by_hand():
    both = LEFT.merged_with(RIGHT)
    assert both.size == 30
    assert both.box == (0, 0, 8, 5)
    assert both.color.tolist() == pytest.approx([1.1 / 3, 1.3 / 3, 0.6 / 3])
    assert both.texture.tolist() == pytest.approx([2.25 / 3, 0.75 / 3])
    back = RIGHT.merged_with(LEFT)
    assert (back.size, back.box) == (both.size, both.box)


def test_merging_hulls_in_both_directions():
    one, other = (Region(1, box, *[np.ones(1)] * 2) for box in ((3, 1, 5, 9), (2, 4, 8, 6)))
    assert one.merged_with(other).box == other.merged_with(one).box == (2, 1, 8, 9)


def test_regions_of_a_picture_by_hand():
    pixels = np.zeros((3, 4, 2))
    pixels[:, 2:, 0] = 1.0  # channel 0: black left, white right
    pixels[..., 1] = 0.5
    segments = np.array([[0, 0, 1, 1]] * 3)
    left, right = describe_regions(pixels, segments)
    assert (left.size, left.box) == (6, (0, 0, 2, 3))
    assert (right.size, right.box) == (6, (2, 0, 4, 3))
    # 25 bins a channel: value 0 is in bin 0, 1 in bin 24, 0.5 in bin 12 of the second channel.
    for region, bin in ((left, 0), (right, 24)):
        wanted = np.zeros(50)
        wanted[[bin, 25 + 12]] = 0.5
        assert region.color.tolist() == wanted.tolist()
        assert region.texture.shape == (8 * 2 * 10,)
        assert region.texture.sum() == pytest.approx(1)


def test_the_histogram_of_the_whole_is_that_of_the_merged_parts():
    noise = np.random.RandomState(0)
    pixels, segments = noise.rand(12, 9, 3), noise.randint(4, size=(12, 9))
    parts = describe_regions(pixels, segments)
    (whole,) = describe_regions(pixels, np.zeros_like(segments))
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merged_with(part)
    assert (merged.size, merged.box) == (whole.size, whole.box) == (108, (0, 0, 9, 12))
    np.testing.assert_allclose(merged.color, whole.color)
    np.testing.assert_allclose(merged.texture, whole.texture)


def _texture(pixels):
    """(directions, bins), where the picture has one channel."""
    (region,) = describe_regions(pixels[..., None], np.zeros(pixels.shape, dtype=int))
    return region.texture.reshape(8, 10)


def test_texture_tells_the_direction_of_a_slope():
    """A ramp that rises by 0.15 a pixel to the right, and by 0.15 cos 45° along the diagonals."""
    ramp = np.tile(0.15 * np.arange(30), (30, 1))
    middle = np.zeros((30, 30), dtype=int)
    middle[8:-8, 8:-8] = 1  # far from the edges, where the smoothing sees a kink
    region = describe_regions(ramp[..., None], middle)[1]
    texture = region.texture.reshape(8, 10) * 8
    assert texture[0].tolist() == [0, 1, *[0] * 8]  # right: 0.15 is in the second of ten bins
    assert texture[1].tolist() == [0, 1, *[0] * 8]  # diagonal: 0.106
    assert texture[7].tolist() == [0, 1, *[0] * 8]
    for direction in (2, 3, 4, 5, 6):
        assert texture[direction].tolist() == [1, *[0] * 9]


def test_turning_a_picture_turns_its_texture():
    pixels = np.random.RandomState(1).rand(20, 20)
    straight, turned = _texture(pixels), _texture(np.rot90(pixels))
    # By a quarter to the left: what rose to the right rises upwards, two directions back.
    np.testing.assert_allclose(turned, np.roll(straight, -2, axis=0), atol=0.02)
    mirrored = _texture(pixels[:, ::-1])
    np.testing.assert_allclose(mirrored[0], straight[4], atol=0.02)


def test_a_picture_of_one_row_has_a_texture():
    assert _texture(np.linspace(0, 1, 9)[None]).sum() == pytest.approx(1)
