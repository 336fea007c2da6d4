"""Matlab files. Oracle: scipy, which writes them."""

import struct

import numpy as np
import pytest

from course_lib.data.matlab import read_matlab

scipy_io = pytest.importorskip("scipy.io")

ARRAYS = {
    "labels": np.arange(1, 103, dtype=np.uint8)[None],
    "trnid": np.array([[7, 300, 65_000]], dtype=np.uint16),
    "long_name_of_an_array": np.arange(6, dtype=np.float64).reshape(2, 3),
    "x": np.array([[-5]], dtype=np.int32),
    "one": np.array([[9]], dtype=np.uint8),
}


@pytest.mark.parametrize("compressed", [True, False])
def test_arrays_are_scipys(compressed, tmp_path):
    path = tmp_path / "arrays.mat"
    scipy_io.savemat(path, ARRAYS, do_compression=compressed)
    found = read_matlab(path)
    assert sorted(found) == sorted(ARRAYS)
    for name, wanted in ARRAYS.items():
        assert found[name].dtype == np.int64
        np.testing.assert_array_equal(found[name], wanted)


def test_what_is_no_array_is_passed_over(tmp_path):
    path = tmp_path / "arrays.mat"
    scipy_io.savemat(path, {"x": ARRAYS["x"]})
    data = path.read_bytes()
    text = struct.pack("<II", 1, 3) + b"abc" + bytes(5)  # three bytes, filled up to eight
    path.write_bytes(data[:128] + text + data[128:])
    assert list(read_matlab(path)) == ["x"]


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>" + b" " * 200])
def test_another_file_is_named(content, tmp_path):
    path = tmp_path / "labels.mat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"labels.mat begins with .* no Matlab file of level 5"):
        read_matlab(path)
