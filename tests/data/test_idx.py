import numpy as np
import pytest

from course_lib.data.idx import decode

# Worked by hand: type 8, two axes, 2 rows of 3 values.
HEADER = bytes((0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3))


def test_decodes_a_file_written_by_hand():
    values = decode(HEADER + bytes((1, 2, 3, 4, 5, 255)))
    assert values.dtype == np.uint8
    assert values.tolist() == [[1, 2, 3], [4, 5, 255]]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no idx file"),
        (b"<!DOCTYPE html><html>", "begins with b'<!DOCTYPE"),
        (bytes((0, 0, 13, 1)), "no idx file of unsigned bytes"),  # 13: floats
        (HEADER[:9], "ends inside its header, after 9 bytes"),
        (HEADER + bytes(5), r"holds 5 values where its header announces \(2, 3\), that is 6"),
        (HEADER + bytes(7), "holds 7 values"),
    ],
)
def test_says_what_is_wrong_with_a_file(data, message):
    with pytest.raises(ValueError, match=message):
        decode(data)
