"""Importing the library costs little. Oracle: what Python says it loaded."""

import json
import subprocess
import sys

import pytest

HEAVY = {"torchvision", "matplotlib", "skimage", "scipy", "sklearn", "mlxtend", "pooch", "triton"}
HEAVY |= {"IPython", "pandas", "nbgrader", "nbformat"}
PARTS = ("layers", "initialization", "optimizers", "architectures", "data", "training")
PARTS += ("inspection", "applications", "plotting", "checking", "experiments", "claims")
PROGRAM = """
import importlib, json, sys, torch
loaded = {}
for part in sys.argv[1:]:
    before = set(sys.modules)
    importlib.import_module(f"course_lib.{part}")
    loaded[part] = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
print(json.dumps(loaded))
"""


@pytest.fixture(scope="module")
def loaded():
    """What each part loads beside torch, which is there already, and the parts before it."""
    command = [sys.executable, "-c", PROGRAM, *PARTS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_loads_nothing_heavy_until_it_is_needed(part, loaded):
    assert "course_lib" in loaded[part]
    assert HEAVY.isdisjoint(loaded[part])
