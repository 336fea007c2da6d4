"""A class of friendly and hostile students, graded once. Oracle: the points each one earns."""

import json

import nbformat
import pytest
from nbgrader.api import MissingEntry

from course_lib.grading import records
from course_lib.grading.classroom import open_classroom
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.records import GRADED, REVIEW

DYNAMIC = """
def slide(x, weight):
    return getattr(torch.nn.functional, "".join(["con", "v2d"]))(x, weight)
"""
UNWATCHED = """
from torch.utils._python_dispatch import _disable_current_modes
def slide(x, weight):
    with _disable_current_modes():
        return torch.nn.functional.conv2d(x, weight)
"""
ENDLESS = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
def double(x):
    while True:
        pass
"""
FLOOD = """
import os, threading
def flood():
    while True:
        os.write(int(os.environ["COURSE_ANSWERS"]), b"0" * 60_000)
def double(x):
    threading.Thread(target=flood, daemon=True).start()
    import time; time.sleep(0.5)
    return 2 * x
"""
EQUAL_TO_ALL = """
class Right:
    def __eq__(self, other): return True
    def __array__(self, *_, **__): raise SystemExit
def double(x):
    return Right()
"""
DEAF = """
get_ipython().run_cell_async = None
get_ipython().kernel.do_execute = None
def double(x):
    return 2 * x
"""
EXPECTED = {  # points by the checks: double is worth 2, slide 3
    "perfect": (2, 3),
    "untouched": (0, 0),
    "sign": (1, 3),
    "dynamic": (2, 0),
    "unwatched": (2, 0),
    "endless": (0, 3),
    "flood": (0, 3),
    "exits": (0, 3),
    "equal": (0, 3),
    "endless-cell": (0, 3),
    "deaf": (None, None),
}


@pytest.fixture(scope="module")
def tiny(fresh_tiny_course, hand_in, perfect):
    """The tiny course with a class that handed in."""
    hand_in("untouched")
    script = "<script>alert(1)</script> because"
    hand_in("perfect", **perfect | {"why": script})
    hand_in("sign", **perfect | {"double": "def double(x):\n    return 2 * x.abs()"})
    hand_in("dynamic", **perfect | {"slide": DYNAMIC})
    hand_in("unwatched", **perfect | {"slide": UNWATCHED})
    hand_in("endless", **perfect | {"double": ENDLESS})
    hand_in("flood", **perfect | {"double": FLOOD})
    hand_in("exits", **perfect | {"double": "def double(x):\n    import os\n    os._exit(0)"})
    hand_in("equal", **perfect | {"double": EQUAL_TO_ALL})
    hand_in("endless-cell", **perfect | {"double": "while True: pass"})
    hand_in("deaf", **perfect | {"double": DEAF})
    hand_in("broken", text="{")
    hand_in("twice", text=_with_two_answers(fresh_tiny_course))
    return fresh_tiny_course


def _with_two_answers(places) -> str:
    notebook = nbformat.read(places.release("tiny"), as_version=4)
    for text in ("def double(x): return x", "def double(x): return x * 2"):
        extra = nbformat.from_dict(notebook.cells[1])
        extra.source = text
        notebook.cells.append(extra)
    return nbformat.writes(notebook)


@pytest.fixture(scope="module")
def graded(tiny):
    with open_classroom(tiny, "tiny", cell_seconds=2.0) as room:
        yield {name: room.grade(name) for name in (*EXPECTED, "broken", "twice")}


def lines(outcome, check):
    return " ".join(outcome.record.verdicts[check].lines)
