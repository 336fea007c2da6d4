"""Oracle: notebooks written by hand, each with one thing wrong with it."""

import json

import pytest

from course_lib.grading.notebook_reader import (
    ALL_CHARACTERS,
    NOTEBOOK_BYTES,
    NUM_CELLS,
    SOURCE_CHARACTERS,
    RejectedError,
    read,
)


def notebook(*cells, **other) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **other}).encode()


def code(source="", **metadata):
    return {"cell_type": "code", "id": "a", "source": source, "metadata": metadata}


def test_what_matters_of_a_cell_is_kept_and_nothing_else():
    cell = code(["def f(x):\n", "    return x\n"], nbgrader={"grade_id": "g"}, tags=["t"])
    cell["outputs"] = [{"output_type": "stream", "text": "secret"}]
    (found,) = read(notebook(cell))
    assert found == {
        "kind": "code",
        "id": "a",
        "grade_id": "g",
        "tags": ["t"],
        "source": "def f(x):\n    return x\n",
        "defines": ["f"],
    }


def test_only_functions_at_the_left_edge_count_as_defined():
    (found,) = read(notebook(code("async def a():\n    def b(): pass\nclass C:\n  def d(self): 0")))
    assert found["defines"] == ["a"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"{", "damaged at line 1"),
        (b'{"nbformat": 4, "cells": "\xe9"}', "UTF-8"),
        (b"[" * 100_000, "nested deeper"),
        (b"[1]", "not a notebook"),
        (b'{"worksheets": []}', "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3"),
        (b'{"nbformat": 5, "cells": []}', "format 5"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [1]}', "no list of cells"),
        (notebook(code(7)), "cell 1 is not text"),
        (notebook(code(["a", 7])), "cell 1 is not text"),
        (notebook(*[code()] * (NUM_CELLS + 1)), f"{NUM_CELLS + 1} cells"),
        (notebook(code("x" * (SOURCE_CHARACTERS + 1))), "Cell 1 is longer"),
        (notebook(*[code("#" * SOURCE_CHARACTERS)] * 11), f"{ALL_CHARACTERS:,} characters"),
        (b" " * (NOTEBOOK_BYTES + 1), "larger than 16 MB"),
        (notebook(code("(" * 5_000 + ")" * 5_000)), None),
    ],
)
def test_each_rejection_says_why(data, says):
    if says is None:  # Python calls it a syntax error: the student's business, not a rejection
        assert len(read(data)) == 1
        return
    with pytest.raises(RejectedError, match=says):
        read(data)


def test_odd_metadata_is_taken_for_none():
    odd = {"nbgrader": [1], "tags": "skip-execution"}
    cell = {"cell_type": {}, "id": 3, "source": "x", "metadata": odd}
    (found,) = read(notebook(cell))
    assert (found["kind"], found["id"], found["grade_id"], found["tags"]) == ("", "", "", [])


def test_half_a_character_does_not_break_what_comes_later():
    (found,) = read(b'{"nbformat": 4, "cells": [{"source": "a\\ud800b", "metadata": {}}]}')
    assert found["source"].encode("utf8") == b"a?b"


def test_a_byte_order_mark_of_a_windows_editor_is_no_reason():
    assert read(b"\xef\xbb\xbf" + notebook(code("x")))[0]["source"] == "x"
