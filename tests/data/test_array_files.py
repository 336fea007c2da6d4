"""Whether a fetched file holds the published arrays. Oracle: files written by hand."""

import hashlib

import numpy as np
import pytest

from course_lib.data.array_files import decoded, holds
from course_lib.data.download import BadFileError
from course_lib.data.published import Original

VALUES = np.arange(6, dtype=np.uint8)
ORIGINAL = Original("numbers", (2, 3), hashlib.sha256(VALUES.tobytes()).hexdigest())


def written(tmp_path, shape, values=VALUES):
    """An idx file: two axes, unsigned bytes."""
    path = tmp_path / "numbers"
    header = bytes((0, 0, 8, 2)) + b"".join(size.to_bytes(4, "big") for size in shape)
    path.write_bytes(header + values.tobytes())
    return path


def test_the_published_array(tmp_path):
    arrays = decoded(written(tmp_path, (2, 3)), {"numbers": ORIGINAL})
    assert list(arrays) == ["numbers"]
    assert arrays["numbers"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("shape", "values"), [((3, 2), VALUES), ((2, 3), VALUES[::-1])], ids=["shape", "values"]
)
def test_another_shape_or_other_values_alone_are_noticed(shape, values, tmp_path):
    with pytest.raises(BadFileError, match=r"sent an array of shape .* not \(2, 3\) with"):
        decoded(written(tmp_path, shape, values), {"numbers": ORIGINAL})


def test_a_stored_array_that_cannot_be_read_is_not_the_published_one(tmp_path):
    path = tmp_path / "images.npy"
    assert not holds(path, ORIGINAL)
    for content in (b"", b"no array"):
        path.write_bytes(content)
        assert not holds(path, ORIGINAL)
    pixels = VALUES.reshape(1, 2, 3)
    published = Original("images", (1, 2, 3), ORIGINAL.sha256)
    np.save(path, pixels)
    assert holds(path, published)
    np.save(path, pixels[:, ::-1])
    assert not holds(path, published)
