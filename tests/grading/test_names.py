"""Oracle: cells written by hand, read by eye."""

import pytest

from course_lib.grading.names import assigned, bound, imported, meanings, read, read_by_functions


def test_imports_each_with_a_line_of_its_own():
    source = """%matplotlib inline
import torch, math as m  # both
import torch.nn.functional as F
from itertools import (
    chain,
    product as pairs,
)
from math import *
    import indented
import not python
"""
    assert imported(source) == {
        "torch": "import torch",
        "m": "import math as m",
        "F": "import torch.nn.functional as F",
        "chain": "from itertools import chain",
        "pairs": "from itertools import product as pairs",
        "*": "from math import *",
    }


def test_a_long_import_does_not_become_very_many_long_ones():
    found = imported(f"from torch.{'a' * 99_000} import {', '.join(['b'] * 30_000)}")
    assert sum(map(len, found.values())) < 1000


def test_variables_and_classes_at_the_left_edge():
    source = "A = 1\nb, c = 2, 3\nd: int = 4\nclass E:\n    f = 5\nif g == 6:\n    h = 7\ni == 8"
    assert assigned(source) == {"A", "b", "c", "d", "E"}
    assert bound(f"{source}\ndef j(): 0\nimport k") == {"A", "b", "c", "d", "E", "j", "k"}


def test_a_meaning_is_the_text_that_gives_it():
    source = "%time\nimport torch, math\nA = 1\n\ndef f(x):\n    y = x\n    return y\nA = 2"
    assert meanings(source) == {
        "torch": "import torch",
        "math": "import math",
        "A": "A = 1\nA = 2",
        "f": "def f(x):\n    y = x\n    return y",
    }


def test_what_is_read_is_no_parameter_and_no_local():
    source = "y = z\ndef f(x: T, w=W):\n    out = [g(row) for row in x]\n    return out + A"
    assert read(source) == {"z", "T", "W", "g", "A"}
    assert read_by_functions(source) == {"g", "A"}


@pytest.mark.parametrize("source", ["def f(:\n  half(x)", "half(x)\0", "half" + "(" * 500])
def test_of_what_is_no_python_every_word_may_be_read(source):
    assert "half" in read(source)
    assert meanings(source) == {}
